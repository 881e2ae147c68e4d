"""Editors are told everything that is wrong, with file and line."""

from time import perf_counter

import pytest

from bot.knowledge.load import KnowledgeError, load

from .conftest import KNOWLEDGE, PLACE, RIGHT, SERVICE, Write


def faults_of(folder: object) -> list[str]:
    with pytest.raises(KnowledgeError) as raised:
        load(folder)  # type: ignore[arg-type]
    return str(raised.value).splitlines()


def test_a_good_folder_loads(write: Write) -> None:
    knowledge = load(write())

    assert list(knowledge.services) == ["example-shelter"]
    assert list(knowledge.rights) == ["example-right"]
    assert list(knowledge.places) == ["example-town"]


def test_all_the_knowledge_loads_in_half_a_second() -> None:
    start = perf_counter()
    knowledge = load(KNOWLEDGE)

    assert perf_counter() - start < 0.5
    assert (len(knowledge.services), len(knowledge.rights), len(knowledge.places)) == (134, 36, 69)
    assert sum(len(right.facts) for right in knowledge.rights.values()) == 248


def test_every_fault_is_listed_with_its_file_and_line(write: Write) -> None:
    folder = write(
        service=SERVICE.replace("confidence: high", "confidence: total"),
        right=RIGHT.replace("urgent: false", "colour: red"),
    )

    assert faults_of(folder) == [
        f"{folder}/rights/a.yml:2: example-right: urgent: Field required",
        f"{folder}/rights/a.yml:5: example-right: colour: Extra inputs are not permitted",
        f"{folder}/services/a.yml:14: example-shelter: confidence: Input should be 'high', 'medium' or 'low'",
    ]


def test_an_id_that_is_used_twice_is_found(write: Write) -> None:
    folder = write(service=SERVICE + SERVICE.removeprefix("services:\n"))

    assert faults_of(folder) == [
        f"{folder}/services/a.yml:17: the id example-shelter is already used in a.yml:2",
    ]


def test_a_fact_id_that_is_used_twice_is_found(write: Write) -> None:
    fact = "      - {id: example-right-1, text: You may ask for a bed.}\n"
    folder = write(right=RIGHT.replace(fact, fact * 2))

    assert faults_of(folder) == [f"{folder}/rights/a.yml:8: the fact id example-right-1 is already used"]


def test_a_place_that_refers_to_no_service_is_found(write: Write) -> None:
    folder = write(place=PLACE + "    welfare_centre: cpas-nowhere\n")

    assert faults_of(folder) == [
        f"{folder}/places.yml:10: example-town: welfare_centre: no service has the id cpas-nowhere",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("services: [", "is not YAML"),
        ("services:\n  - a: 1\n    a: 2\n", "3: `a` stands here twice"),
        ("", "1: the file must hold one list, `services:`"),
        ("services: {a: b}\n", "1: `services` must be a list"),
        ("services: [one]\n", "1: entry: Input should be a valid dictionary"),
        (SERVICE.replace("2026-11-01}", "2026-13-01}"), "is not YAML"),
        (SERVICE.replace('url: "https://shelter.example/contact", ', ""), "sources.0: a source needs"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_and_not_a_crash(write: Write, text: str, fault: str) -> None:
    assert any(fault in line for line in faults_of(write(service=text)))


def test_an_empty_folder_is_not_taken_for_knowledge(write: Write) -> None:
    folder = write() / "empty"
    folder.mkdir()

    assert [line.split(": ")[-1] for line in faults_of(folder)] == [
        "no places found here",
        "no rights found here",
        "no services found here",
    ]
