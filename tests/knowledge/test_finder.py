"""Who is offered what: the right people, open now, near."""

from datetime import datetime
from itertools import product

import pytest

from bot.knowledge.finder import PERSONS, Found, find
from bot.knowledge.hours import BRUSSELS, Closed, Open, Unknown
from bot.knowledge.models import NEEDS, Knowledge

MONDAY_MORNING = datetime(2026, 11, 23, 11, tzinfo=BRUSSELS)
MONDAY_NIGHT = datetime(2026, 11, 23, 3, tzinfo=BRUSSELS)
CHRISTMAS = datetime(2026, 12, 25, 11, tzinfo=BRUSSELS)


def ids(found: list[Found]) -> list[str]:
    return [one.service.id for one in found]


def offered(
    knowledge: Knowledge,
    need: str,
    *,
    near: str | None = "molenbeek",
    for_whom: str | None = None,
    now: datetime = MONDAY_MORNING,
    limit: int = 3,
) -> list[Found]:
    place = knowledge.places[near] if near else None
    return find(knowledge, need=need, near=place, for_whom=for_whom, now=now, limit=limit)


def test_a_place_nearby_that_is_open_goes_before_a_line(knowledge: Knowledge) -> None:
    found = offered(knowledge, "specialised")

    assert ids(found)[:2] == ["pag-asa", "national-line"]
    assert found[0].distance_km == pytest.approx(2.3, abs=0.3)
    assert found[1].distance_km is None


def test_a_line_that_answers_goes_before_a_place_that_is_far_or_shut(knowledge: Knowledge) -> None:
    assert ids(offered(knowledge, "specialised", now=MONDAY_NIGHT))[0] == "national-line"
    assert ids(offered(knowledge, "specialised", near="gent"))[0] == "national-line"
    assert ids(offered(knowledge, "specialised", near=None))[0] == "national-line"


def test_open_goes_before_opening_soon_and_that_before_unknown(knowledge: Knowledge) -> None:
    found = offered(knowledge, "legal", for_whom="woman", limit=50)

    order = [type(one.hours) for one in found]
    assert order == sorted(order, key=[Open, Closed, Unknown].index)
    opening = [one.hours.opens_at for one in found if isinstance(one.hours, Closed) and one.hours.opens_at]
    assert opening == sorted(opening)


def test_of_two_that_are_open_the_nearer_one_comes_first(knowledge: Knowledge) -> None:
    hospitals = [one for one in offered(knowledge, "medical_emergency", limit=50) if one.distance_km is not None]
    distances = [one.distance_km for one in hospitals]

    assert len(distances) >= 10
    assert distances == sorted(distances, key=lambda distance: distance or 0)


@pytest.mark.parametrize("need", sorted(NEEDS))
@pytest.mark.parametrize("for_whom", [*sorted(PERSONS), None])
@pytest.mark.parametrize("now", [MONDAY_MORNING, MONDAY_NIGHT, CHRISTMAS])
def test_nobody_is_offered_what_is_not_ready_or_secret_or_left_without_a_line(
    knowledge: Knowledge, need: str, for_whom: str | None, now: datetime
) -> None:
    for near in ("molenbeek", "gent", None):
        found = offered(knowledge, need, near=near, for_whom=for_whom, now=now)

        assert 1 <= len(found) <= 3
        assert all(one.service.ready for one in found)
        assert all(phone.ready for one in found for phone in one.service.phones)
        assert not any(one.service.address_secret and one.service.location for one in found)
        assert any(isinstance(one.hours, Open) and one.service.phones for one in found)
        assert len(set(ids(found))) == len(found)


@pytest.mark.parametrize(
    ("for_whom", "never"),
    [
        ("man", {"women", "minors", "families"}),
        ("woman", {"men", "minors", "families"}),
        ("family", {"women", "men", "minors"}),
        ("minor", {"women", "men", "families"}),
        (None, {"minors"}),
    ],
)
def test_nobody_is_sent_to_a_door_that_is_for_others(
    knowledge: Knowledge, for_whom: str | None, never: set[str]
) -> None:
    for need, now in product(NEEDS - {"minors"}, (MONDAY_MORNING, MONDAY_NIGHT)):
        for one in offered(knowledge, need, for_whom=for_whom, now=now, limit=100):
            assert not set(one.service.for_whom) <= never, (need, one.service.id)


def test_a_minor_gets_services_for_minors_first(knowledge: Knowledge) -> None:
    assert set(ids(offered(knowledge, "shelter", for_whom="minor"))[:2]) == {"dienst-voogdij", "child-focus"}
    assert ids(offered(knowledge, "legal", for_whom="minor"))[0] == "sdj"


def test_an_adult_who_asks_for_a_minor_gets_the_child_lines_and_no_shelter(knowledge: Knowledge) -> None:
    found = offered(knowledge, "minors", for_whom="woman", limit=50)

    assert {"child-focus", "dienst-voogdij"} <= set(ids(found))
    assert {"esperanto", "minor-ndako", "amran"}.isdisjoint(ids(found))


def test_somebody_who_did_not_say_who_gets_services_for_anyone_first(knowledge: Knowledge) -> None:
    shelters = ids(offered(knowledge, "shelter", limit=50))

    assert shelters.index("samusocial") < shelters.index("cpvcf")


def test_the_welfare_centre_offered_is_the_one_of_the_municipality(knowledge: Knowledge) -> None:
    for place in knowledge.places.values():
        centres = [one for one in ids(offered(knowledge, "municipality", near=place.id)) if one.startswith("cpas-")]

        assert centres == ([place.welfare_centre] if place.region == "brussels" else [])


def test_at_night_a_line_for_the_person_takes_the_last_place(knowledge: Knowledge) -> None:
    assert ids(offered(knowledge, "food", now=MONDAY_NIGHT, for_whom="man"))[-1] == "national-line"
    assert ids(offered(knowledge, "food", now=MONDAY_NIGHT, for_whom="minor"))[-1] == "child-focus"
    assert ids(offered(knowledge, "food", now=MONDAY_NIGHT, limit=1)) == ["national-line"]


def test_a_person_nobody_foresaw_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(ValueError, match="alien"):
        offered(knowledge, "shelter", for_whom="alien")
