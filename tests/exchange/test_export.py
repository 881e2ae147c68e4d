"""Other directories get every service that people are shown, as HSDS, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.exchange.files import write_export
from bot.exchange.outgoing import entry, page, province
from bot.exchange.schema import faults
from bot.exchange.vocabulary import service_identifier
from bot.knowledge.load import load
from bot.knowledge.models import Knowledge
from bot.operation.exchange import export_services
from bot.settings import ROOT

from .conftest import Json, foreign_shelter


def values(data: object) -> Iterator[object]:
    if isinstance(data, dict):
        for value in data.values():
            yield from values(value)
    elif isinstance(data, list):
        for item in data:
            yield from values(item)
    else:
        yield data


def of(knowledge: Knowledge, service_id: str) -> Json:
    shown = {service.id: service for service in knowledge.showable_services()}
    return entry(shown[service_id])


def test_every_service_is_valid_hsds(knowledge: Knowledge) -> None:
    made = page(knowledge.showable_services())

    assert made["total_items"] == len(made["contents"]) == len(knowledge.showable_services())
    assert [fault for service in made["contents"] for fault in faults(service)] == []


def test_the_schema_is_itself_valid_and_tells_what_is_wrong() -> None:
    schema = json.loads((ROOT / "bot" / "exchange" / "hsds-3.1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    wrong = {"id": "one", "status": "open", "phones": [{"id": service_identifier("a")}], "url": "www.example.org"}

    assert [fault.split(":")[0] for fault in faults(wrong)] == ["service", "id", "phones[0]", "status", "url"]


def test_nothing_that_is_not_ready_and_no_note_for_staff_leaves_the_house(knowledge: Knowledge) -> None:
    text = json.dumps(page(knowledge.showable_services()), ensure_ascii=False)
    hidden = [service for service in knowledge.services.values() if not service.ready]
    notes = [service.staff_note for service in knowledge.services.values() if service.staff_note]
    shown = {p.local for s in knowledge.showable_services() for p in s.phones}
    numbers = {p.local for s in knowledge.services.values() for p in s.phones if not p.ready} - shown

    assert hidden and notes and numbers
    assert [s.id for s in hidden if service_identifier(s.id) in text] == []
    assert [note for note in notes if note in text] == []
    assert [number for number in numbers if f'"{number}"' in text] == []
    with pytest.raises(ValueError, match="not ready"):
        entry(hidden[0])


def test_a_secret_address_is_nowhere_and_is_said_to_be_secret(knowledge: Knowledge) -> None:
    secret = [service for service in knowledge.showable_services() if service.address_secret]

    assert secret
    for service in secret:
        made = entry(service)
        assert "service_at_locations" not in made
        assert "address_secret" in {attribute["link_type"] for attribute in made["attributes"]}


def test_ids_stay_the_same_from_export_to_export_and_none_means_two_things(knowledge: Knowledge) -> None:
    first, second = page(knowledge.showable_services()), page(load(ROOT / "knowledge").showable_services())
    ids: dict[str, str] = {}

    def collect(data: object) -> None:
        if isinstance(data, dict):
            if "id" in data:
                said = json.dumps(data, sort_keys=True)
                assert ids.setdefault(data["id"], said) == said
            for value in data.values():
                collect(value)
        elif isinstance(data, list):
            for item in data:
                collect(item)

    collect(first)
    assert first == second
    assert first["contents"][0]["id"] == service_identifier(knowledge.showable_services()[0].id)
    assert service_identifier("pag-asa") == "b1e91143-d04f-57a2-ad57-42aae6a8746d"


def test_opening_hours_go_out_as_recurrence(knowledge: Knowledge) -> None:
    (schedule,) = of(knowledge, "pag-asa")["schedules"]

    assert (schedule["freq"], schedule["byday"]) == ("WEEKLY", "MO,TU,WE,TH,FR")
    assert (schedule["opens_at"], schedule["closes_at"]) == ("09:00", "17:00")
    assert "Europe/Brussels" in schedule["description"]
    assert schedule["notes"].startswith("Office hours.")


def test_day_and_night_goes_out_as_the_specification_advises(knowledge: Knowledge) -> None:
    (schedule,) = of(knowledge, "be-112")["schedules"]

    assert (schedule["opens_at"], schedule["closes_at"]) == ("00:00", "23:59")
    assert schedule["byday"] == "MO,TU,WE,TH,FR,SA,SU"


def test_numbers_go_out_with_their_country_and_with_what_a_call_costs(knowledge: Knowledge) -> None:
    made = of(knowledge, "pag-asa")

    assert [phone["number"] for phone in made["phones"]] == ["+3225116464"]
    assert [cost["amount_description"] for cost in made["cost_options"]] == ["the normal rate of a call"]


def test_sources_go_out_with_the_day_they_were_checked(knowledge: Knowledge) -> None:
    service = next(s for s in knowledge.showable_services() if any(source.checked for source in s.sources))
    source = next(source for source in service.sources if source.checked)
    found = [a for a in entry(service)["attributes"] if a["link_type"] == "source" and "metadata" in a]

    assert found[0]["value"] in (source.url, source.source)
    assert found[0]["metadata"][0]["last_action_date"] == str(source.checked)


@pytest.mark.parametrize(
    ("postcode", "name"),
    [
        ("1000", "Brussels-Capital Region"),
        ("1299", "Brussels-Capital Region"),
        ("2000", "Antwerp"),
        ("3000", "Flemish Brabant"),
        ("4000", "Liège"),
        ("6700", "Luxembourg"),
        ("9000", "East Flanders"),
        ("SW1", ""),
        ("0999", ""),
    ],
)
def test_the_province_follows_from_the_postcode(postcode: str, name: str) -> None:
    assert province(postcode) == name


def test_the_command_writes_a_page_to_standard_output(capsys: pytest.CaptureFixture[str], knowledge: Knowledge) -> None:
    export_services(ROOT / "knowledge", None)

    assert json.loads(capsys.readouterr().out) == page(knowledge.showable_services())


def test_the_command_writes_one_file(tmp_path: Path, knowledge: Knowledge, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "exchange" / "services.json"
    export_services(ROOT / "knowledge", out)

    assert json.loads(out.read_text(encoding="utf-8")) == page(knowledge.showable_services())
    assert [path.name for path in out.parent.iterdir()] == ["services.json"]
    assert capsys.readouterr().out.startswith(f"{len(knowledge.showable_services())} services as HSDS 3.1 in ")


def test_a_folder_gets_one_file_a_service_and_loses_those_that_were_withdrawn(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    services = knowledge.showable_services()
    write_export(page(services), tmp_path)
    other = tmp_path / "services" / "notes.json"
    other.write_text("{}", encoding="utf-8")
    theirs = tmp_path / "services" / f"{foreign_shelter()['id'].replace('-5', '-4', 1)}.txt"
    theirs.write_text("", encoding="utf-8")

    write_export(page(services[1:]), tmp_path)

    names = {path.name for path in (tmp_path / "services").iterdir()}
    assert names == {f"{service_identifier(s.id)}.json" for s in services[1:]} | {other.name, theirs.name}
    assert json.loads((tmp_path / "services.json").read_text(encoding="utf-8"))["total_items"] == len(services) - 1
