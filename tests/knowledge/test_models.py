"""What may be shown of what is known."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from bot.knowledge.load import read_entries
from bot.knowledge.models import NEEDS, Knowledge

from .conftest import SERVICE, Write


def test_a_secret_address_is_nowhere_in_the_knowledge(knowledge: Knowledge) -> None:
    secret = [service for service in knowledge.services.values() if service.address_secret]

    assert {"esperanto", "minor-ndako", "cpvcf"} <= {service.id for service in secret}
    assert all(service.location is None for service in secret)


def test_people_see_no_service_and_no_phone_that_is_not_ready(knowledge: Knowledge) -> None:
    shown = knowledge.showable_services()

    assert "espace-p" not in {service.id for service in shown}
    assert all(service.ready for service in shown)
    assert all(phone.ready for service in shown for phone in service.phones)
    assert not knowledge.services["fairwork"].ready_phones


def test_the_unchecked_whatsapp_number_of_a_centre_is_not_shown(knowledge: Knowledge) -> None:
    assert [phone.local for phone in knowledge.services["pag-asa"].ready_phones] == ["02 511 64 64"]


@pytest.mark.parametrize("need", sorted(NEEDS - {"interpreter"}))
def test_every_need_has_a_service_that_is_ready(knowledge: Knowledge, need: str) -> None:
    assert any(need in service.serves for service in knowledge.showable_services())


def test_the_facts_of_all_topics_of_an_intent_are_given_in_order(knowledge: Knowledge) -> None:
    facts = knowledge.facts_for("forced_begging")

    assert [fact.id for fact in facts] == [f"forced-begging-{number}" for number in range(1, 6)]
    assert knowledge.facts_for("no_such_intent") == ()


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("nl", "Noodnummer 112"),
        ("fr", "Numéro d'urgence 112"),
        ("en", "Emergency number 112"),
        ("ti", "Emergency number 112"),
    ],
)
def test_a_service_is_named_in_the_language_of_the_reader_or_in_english(
    knowledge: Knowledge, language: str, name: str
) -> None:
    assert knowledge.services["be-112"].name_in(language) == name


def test_a_service_without_an_english_name_is_named_in_french(knowledge: Knowledge) -> None:
    service = knowledge.services["cire"]
    french_and_dutch = service.model_copy(update={"names": service.names.model_copy(update={"en": None})})

    assert french_and_dutch.name_in("ar") == "CIRÉ"


def test_what_was_assured_long_ago_or_never_is_stale(knowledge: Knowledge) -> None:
    service = knowledge.services["be-112"]
    assured = service.sure_on
    assert assured is not None

    assert not service.is_stale(assured + timedelta(days=90), 90)
    assert service.is_stale(assured + timedelta(days=91), 90)
    assert service.model_copy(update={"assured_date": None, "confirmed": None}).is_stale(assured, 90)
    assert knowledge.rights["first-safety"].is_stale(date(2030, 1, 1), 365)


def test_what_was_loaded_cannot_be_changed(knowledge: Knowledge) -> None:
    with pytest.raises(ValidationError):
        knowledge.services["be-112"].ready = False


def test_a_secret_service_with_an_address_is_refused(write: Write) -> None:
    street = "    location: {street: {fr: Rue 1, nl: Straat 1}, postal_code: '1000', city: Brussels}\n"
    good = read_entries(write(service=SERVICE + street))
    bad = read_entries(write(service=SERVICE + street + "    address_secret: true\n"))

    assert not good.faults
    assert "secret address" in bad.faults[0].message
