"""What other directories know comes in as drafts that nobody is shown, and nothing of it gets lost unsaid."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import app
from bot.exchange.drafts import Report, import_file
from bot.exchange.files import ExchangeError, read_file
from bot.exchange.incoming import NotCarried, read
from bot.exchange.outgoing import entry, page
from bot.knowledge.load import load, read_entries
from bot.knowledge.models import Knowledge, Service
from bot.operation.environments import OperationError
from bot.operation.exchange import import_services

from .conftest import Json, foreign_shelter, uuid

TODAY = date(2026, 11, 24)


def write(folder: Path, data: object, name: str = "theirs.json") -> Path:
    path = folder.parent / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def run(folder: Path, data: object, name: str = "theirs.json") -> Report:
    return import_file(write(folder, data, name), folder, TODAY)


def drafts(report: Report) -> list[Service]:
    assert report.drafts is not None
    return [Service.model_validate(item) for item in yaml.safe_load(report.drafts.read_text("utf-8"))["services"]]


def shown(service: Service) -> dict[str, Any]:
    """Everything about a service that is not for staff only."""
    fields = service.model_dump(exclude={"ready", "staff_note"})
    fields["phones"] = [phone.model_dump(exclude={"ready", "staff_note"}) for phone in service.phones]
    return fields


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_exporting_and_importing_loses_nothing(knowledge: Knowledge) -> None:
    for service in knowledge.showable_services():
        back = read(json.loads(json.dumps(entry(service))), {})

        assert back.losses == ()
        assert shown(back.service) == shown(service)


def test_our_own_export_is_the_same_as_what_we_know(folder: Path, knowledge: Knowledge) -> None:
    before = contents(folder)
    report = run(folder, page(knowledge.showable_services()))

    assert {verdict.state for verdict in report.verdicts} == {"same"}
    assert report.drafts is None
    assert contents(folder) == before


def test_an_export_goes_into_an_empty_house_as_drafts_that_lose_nothing(folder: Path, knowledge: Knowledge) -> None:
    services = {service.id: service for service in knowledge.showable_services()}
    for path in (folder / "services").glob("*.yml"):
        path.unlink()
    (folder / "services" / "a.yml").write_text("services: []\n", encoding="utf-8")
    (folder / "places.yml").write_text("places: []\n", encoding="utf-8")
    report = run(folder, page(services.values()))
    made = drafts(report)

    assert {verdict.state for verdict in report.verdicts} == {"new"}
    assert [draft.id for draft in made] == list(services)
    assert not any(draft.ready or draft.ready_phones for draft in made)
    for draft in made:
        without_origin = draft.model_copy(update={"sources": draft.sources[:-1]})
        assert shown(without_origin) == shown(services[draft.id])


def test_a_draft_says_where_it_comes_from_and_since_when(folder: Path) -> None:
    (draft,) = drafts(run(folder, [foreign_shelter()]))

    assert draft.sources[-1].source == "theirs.json (HSDS 3.1)"
    assert draft.sources[-1].seen == "imported on 2026-11-24"
    assert (draft.ready, draft.confidence, draft.assured_date) == (False, "low", date(2026, 10, 1))


def test_nobody_is_shown_a_draft(folder: Path) -> None:
    before = [service.id for service in load(folder).services.values()]
    report = run(folder, [foreign_shelter()])

    assert report.drafts == folder / "drafts" / "theirs-2026-11-24.yml"
    assert [service.id for service in load(folder).services.values()] == before


def test_a_draft_can_be_moved_to_the_services_as_it_is(folder: Path) -> None:
    report = run(folder, [foreign_shelter()])
    assert report.drafts is not None
    report.drafts.rename(folder / "services" / "harbour.yml")

    assert read_entries(folder).faults == ()
    assert report.verdicts[0].id in load(folder).services
    assert {verdict.state for verdict in run(folder, [foreign_shelter()]).verdicts} == {"same"}


def test_the_words_of_others_are_carried_into_our_fields(folder: Path) -> None:
    (draft,) = drafts(run(folder, foreign_shelter()))

    assert draft.names.en == "Harbour House"
    assert draft.description == "Beds for women & children."
    assert draft.eligibility == "Age: from 18."
    assert draft.conditions.text == "Costs: Free for the first week."
    assert draft.opening_hours == "Mo-Fr 09:00-12:00,13:00-17:00"
    assert draft.languages == ("ur", "fr")
    assert draft.location is not None
    assert (draft.location.street.fr, draft.location.postal_code) == ("Rue du Port 1", "1000")
    assert [(phone.local, phone.e164, phone.ready) for phone in draft.phones] == [
        ("02 511 64 64", "+3225116464", False)
    ]


def test_what_we_have_no_field_for_is_listed_and_noted_for_the_editor(folder: Path) -> None:
    report = run(folder, {"services": [foreign_shelter()]})
    (draft,) = drafts(report)
    losses = {loss.place: loss for loss in report.verdicts[0].losses}

    assert set(losses) == {
        "phones[0].extension",
        "phones[1].number",
        "organization.name",
        "organization.description",
        "interpretation_services",
        "contacts",
        "attributes",
    }
    assert losses["interpretation_services"].value == "By telephone"
    assert all(place in (draft.staff_note or "") for place in losses)


def test_names_of_people_are_not_kept(folder: Path) -> None:
    shelter = foreign_shelter()
    shelter["service_at_locations"].append(
        {
            "id": uuid("2"),
            "location": {**shelter["service_at_locations"][0]["location"], "contacts": shelter["contacts"]},
        }
    )
    report = run(folder, [shelter])

    assert report.drafts is not None
    assert "service_at_locations[1].location" in report.drafts.read_text("utf-8")
    assert "Persona" not in report.drafts.read_text("utf-8")
    assert not any("Persona" in str(loss) for loss in report.verdicts[0].losses)


def test_a_secret_address_that_somebody_else_publishes_stays_out_of_our_files(
    folder: Path, knowledge: Knowledge
) -> None:
    service = next(s for s in knowledge.showable_services() if s.address_secret)
    theirs = {
        **entry(service),
        "alert": "Closed in May.",
        "service_at_locations": foreign_shelter()["service_at_locations"],
    }
    theirs["organization"] = {
        **theirs["organization"],
        "locations": [foreign_shelter()["service_at_locations"][0]["location"]],
    }
    report = run(folder, [theirs])
    assert report.drafts is not None

    assert "Rue du Port" not in report.drafts.read_text("utf-8")
    assert [str(loss) for loss in report.verdicts[0].losses] == [
        "service_at_locations (the address of this service is secret)",
        "organization.locations (the address of this service is secret)",
    ]


def test_a_change_is_named_and_leaves_what_an_editor_wrote_alone(folder: Path, knowledge: Knowledge) -> None:
    before = contents(folder)
    theirs = entry(next(s for s in knowledge.showable_services() if s.id == "pag-asa"))
    theirs["url"] = "https://www.pag-asa.be/new"
    theirs["phones"][0]["description"] = "Ask for the social service."
    report = run(folder, [theirs])
    (draft,) = drafts(report)

    assert report.verdicts[0].state == "changed"
    assert report.verdicts[0].changed == ("phones", "url")
    assert (draft.id, draft.ready) == ("pag-asa", False)
    # The number that we do not show yet is still in it, and still not to be shown.
    assert [(phone.type, phone.ready) for phone in draft.phones] == [("voice", True), ("whatsapp", False)]
    assert {path: data for path, data in contents(folder).items() if path in before} == before


def test_a_directory_that_drops_our_words_changes_nothing(folder: Path, knowledge: Knowledge) -> None:
    kept = ("id", "name", "description", "status", "url", "phones", "schedules", "service_at_locations")
    theirs = [
        {name: value for name, value in entry(service).items() if name in kept}
        for service in knowledge.showable_services()
        if service.id in ("pag-asa", "payoke", "surya")
    ]
    for service in theirs:
        for phone in service["phones"]:
            del phone["attributes"]

    assert [verdict.state for verdict in run(folder, theirs).verdicts] == ["same"] * 3


def test_importing_twice_writes_once(folder: Path) -> None:
    first = run(folder, [foreign_shelter()])
    second = run(folder, [foreign_shelter()])

    assert first.drafts is not None
    assert second.drafts is None
    assert [verdict.state for verdict in second.verdicts] == ["same"]


def test_a_second_import_on_one_day_gets_a_file_of_its_own(folder: Path) -> None:
    first = run(folder, [foreign_shelter()])
    assert first.drafts is not None
    written = first.drafts.read_bytes()
    second = run(folder, [{**foreign_shelter(), "name": "Harbour Home"}])

    assert second.drafts == folder / "drafts" / "theirs-2026-11-24-2.yml"
    assert first.drafts.read_bytes() == written
    assert sorted(path.name for path in (folder / "drafts").iterdir()) == [
        "theirs-2026-11-24-2.yml",
        "theirs-2026-11-24.yml",
    ]


def test_an_adopted_service_is_known_again_under_another_name(folder: Path) -> None:
    report = run(folder, [foreign_shelter()])
    assert report.drafts is not None
    report.drafts.rename(folder / "services" / "harbour.yml")
    (verdict,) = run(folder, [{**foreign_shelter(), "name": "Harbour Home"}]).verdicts

    assert (verdict.state, verdict.id, verdict.changed) == ("changed", report.verdicts[0].id, ("names",))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "defunct"}, "its status is defunct"),
        ({"id": "17"}, "it is not HSDS 3.1: id: '17' is not a 'uuid'"),
        ({"name": None}, "'name' is a required property"),
        ({"phones": [{"id": uuid("p")}]}, "phones[0]: 'number' is a required property"),
    ],
)
def test_an_entry_that_cannot_be_used_is_left_out_with_the_reason(folder: Path, change: Json, reason: str) -> None:
    report = run(folder, [{**foreign_shelter(), **change}, {**foreign_shelter(), "id": uuid("other")}])

    assert [verdict.state for verdict in report.verdicts] == ["left out", "new"]
    assert reason in report.verdicts[0].reason


@pytest.mark.parametrize("entry", [None, 1, "text", [], {}])
def test_an_entry_that_is_no_service_is_left_out(folder: Path, entry: object) -> None:
    report = run(folder, [entry, foreign_shelter()])

    assert [verdict.state for verdict in report.verdicts] == ["left out", "new"]


def test_an_entry_that_stands_twice_is_taken_once(folder: Path) -> None:
    report = run(folder, [foreign_shelter(), foreign_shelter()])

    assert [verdict.state for verdict in report.verdicts] == ["new", "left out"]
    assert len(drafts(report)) == 1


def test_a_field_that_we_cannot_hold_does_not_cost_the_rest(folder: Path) -> None:
    theirs = {**foreign_shelter(), "url": "ftp://harbour.example", "assured_date": "last spring"}
    theirs["service_at_locations"][0]["location"]["latitude"] = 100
    report = run(folder, [theirs])
    (draft,) = drafts(report)
    lost = {loss.place for loss in report.verdicts[0].losses}

    assert {"url", "assured_date", "service_at_locations[0].location.latitude"} <= lost
    assert (draft.url, draft.assured_date) == (None, None)
    assert draft.location is not None and draft.location.latitude is None


def test_hours_that_are_no_ordinary_week_are_kept_as_words(folder: Path) -> None:
    monthly = {
        "id": uuid("m"),
        "freq": "MONTHLY",
        "byday": "1SA",
        "opens_at": "09:00",
        "closes_at": "12:00",
        "description": "First Saturday of the month, 9 to 12.",
    }
    report = run(folder, [{**foreign_shelter(), "schedules": [*foreign_shelter()["schedules"], monthly]}])
    (draft,) = drafts(report)

    assert draft.opening_hours == "Mo-Fr 09:00-12:00,13:00-17:00"
    assert draft.hours_note == "First Saturday of the month, 9 to 12."
    assert "schedules[2].byday" in {loss.place for loss in report.verdicts[0].losses}


def test_hours_that_another_directory_changed_win_over_what_we_once_exported(knowledge: Knowledge) -> None:
    theirs = entry(next(s for s in knowledge.showable_services() if s.id == "pag-asa"))
    theirs["schedules"][0]["closes_at"] = "18:00"
    incoming = read(theirs, {})

    assert incoming.service.opening_hours == "Mo-Fr 09:00-18:00"
    assert [loss.reason for loss in incoming.losses] == ["the schedules say something else"]


def test_a_number_that_is_none_is_kept_and_pointed_out() -> None:
    theirs = foreign_shelter()
    theirs["phones"] = [{"id": uuid("p"), "number": "ask at the desk"}]
    incoming = read({name: value for name, value in theirs.items() if value is not None}, {})

    assert incoming.service.phones[0].local == "ask at the desk"
    assert any("kept, but it is no phone number" in loss.reason for loss in incoming.losses)


def test_an_entry_without_a_description_is_described_by_its_name() -> None:
    incoming = read({"id": uuid("x"), "name": "Day centre", "status": "active"}, {})

    assert incoming.service.description == "Day centre"
    with pytest.raises(NotCarried, match="names"):
        read({"id": uuid("x"), "name": " ", "status": "active"}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ":1: is not JSON"),
        ('{"name": "x"}', "holds no services"),
        ('[{"latitude": NaN}]', "NaN is no number"),
        ("[" * 100_000, "is not JSON that can be read"),
        ("\ud800".encode("utf-8", "surrogatepass"), "is not JSON that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(ExchangeError) as raised:
        read_file(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)


def test_one_page_of_several_is_pointed_out(folder: Path) -> None:
    report = run(folder, {"total_pages": 3, "contents": [foreign_shelter()]})

    assert report.remark == "this is one page of 3; import the others too"


def test_the_command_says_what_became_of_each_entry(
    folder: Path, knowledge: Knowledge, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = [entry(s) for s in knowledge.showable_services() if s.id in ("pag-asa", "payoke")]
    ours[0]["url"] = ours[0]["organization"]["website"] = "https://www.pag-asa.be/new"
    file = write(folder, [*ours, foreign_shelter(), {**foreign_shelter(), "status": "inactive"}])

    assert not import_services(folder, file, TODAY)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "changed   pag-asa: PAG-ASA (url)"
    assert lines[1] == "same      payoke: Payoke"
    assert lines[2].startswith("new       harbour-house-")
    assert "          not carried over: interpretation_services = By telephone (Baken has no field for it)" in lines
    assert "left out  Harbour House (its status is inactive)" in lines
    assert "1 new, 1 changed, 1 same, 1 left out" in lines
    assert lines[-1] == f"drafts for editors: {folder / 'drafts' / 'theirs-2026-11-24.yml'}"


def test_both_commands_stand_at_the_command_line(tmp_path: Path, knowledge: Knowledge) -> None:
    exported = CliRunner().invoke(app, ["services", "export", "--out", str(tmp_path / "all.json")])
    imported = CliRunner().invoke(app, ["services", "import", str(tmp_path / "all.json")])

    assert exported.exit_code == imported.exit_code == 0
    assert f"0 new, 0 changed, {len(knowledge.showable_services())} same, 0 left out" in imported.stdout


def test_the_command_names_a_file_that_cannot_be_read(folder: Path) -> None:
    file = folder.parent / "bad.json"
    file.write_text("{", encoding="utf-8")

    with pytest.raises(OperationError, match=r"bad\.json:1: is not JSON"):
        import_services(folder, file, TODAY)
