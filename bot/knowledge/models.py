"""The shapes of what Baken knows, as frozen values.

Field names follow Open Referral HSDS where it has a word. Texts marked "shown" are read by people in trouble;
`staff_note`, `facts_to_verify`, `law` and `confirmed.by` are for staff and are never shown. Dates are days;
coordinates are degrees (WGS 84).

Publishing has two steps. `ready` says whether an entry or a phone may be shown at all (of a right, `facts` may and
`facts_to_verify` may not). What is shown is a draft until somebody who is answerable for it has `confirmed` it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Need = Literal[
    "abroad",
    "asylum",
    "clothes",
    "compensation",
    "discrimination",
    "documents",
    "domestic_violence",
    "drugs",
    "emergency",
    "family_tracing",
    "food",
    "forced_marriage",
    "housing",
    "hygiene",
    "information",
    "interpreter",
    "legal",
    "lgbtqi",
    "listening",
    "medical",
    "medical_emergency",
    "minors",
    "money",
    "municipality",
    "poison",
    "police",
    "pregnancy",
    "psychological",
    "report",
    "residence",
    "return",
    "sex_work",
    "sextortion",
    "sexual_violence",
    "shelter",
    "specialised",
    "street_work",
    "suicide",
    "victim_support",
    "work",
]
"""What a person can ask a service for."""

NEEDS: frozenset[str] = frozenset(get_args(Need))

Audience = Literal["anyone", "women", "men", "families", "minors"]
Confidence = Literal["high", "medium", "low"]
Region = Literal["brussels", "flanders", "wallonia"]

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Frozen(BaseModel):
    """A value that neither changes nor takes unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Frozen):
    """Where a fact was read: a page (`url`) or something without one (`source`)."""

    url: Url | None = None
    source: Text | None = None
    seen: Text | None = None  # Free text: how the page was seen, how old it is.
    checked: date | None = None  # None when `seen` carries no day or month.

    @model_validator(mode="after")
    def _names_its_origin(self) -> Self:
        if self.url is None and self.source is None:
            raise ValueError("a source needs `url` or `source`")
        return self


class Phone(Frozen):
    """One number. `note` is shown; a phone that is not `ready` never is."""

    local: Text  # As people in the country of the service dial it, with spaces.
    e164: E164 | None = None  # None for short numbers, which work inside their country only.
    type: Literal["voice", "whatsapp"] = "voice"
    cost: Literal["free", "normal_rate", "rate_078", "internet", "unknown"]
    from_abroad: Literal["works", "fails", "often_fails", "unsure", "local_service"]  # local_service: of that country.
    ready: bool
    note: Text | None = None
    staff_note: Text | None = None


class Conditions(Frozen):
    """What a person must bring or accept; None means unknown. `text` is shown."""

    id_needed: bool | None = None
    anonymous: bool | None = None
    text: Text | None = None


class Names(Frozen):
    """The name of a service in the languages it uses itself; names are never translated."""

    nl: Text | None = None
    fr: Text | None = None
    en: Text | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if not (self.nl or self.fr or self.en):
            raise ValueError("a name is needed in nl, fr or en")
        return self


class Street(Frozen):
    """Street and number, as written on the street signs of bilingual Brussels."""

    fr: Text
    nl: Text


class Location(Frozen):
    """An address that may be shown. Coordinates are approximate: for sorting by distance only."""

    street: Street
    postal_code: Text
    city: Text
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="after")
    def _has_both_coordinates_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give both latitude and longitude, or neither")
        return self


class Confirmation(Frozen):
    """Somebody answerable for a fact said that it is right. Only the day is shown."""

    by: Text  # A role or an organisation, never the name of a private person.
    on: date

    @model_validator(mode="before")
    @classmethod
    def _is_whole(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or not {"by", "on"} <= set(given):
            raise ValueError("needs `by` (a role or an organisation) and `on` (the day, as 2026-12-01)")
        return given

    @field_validator("by")
    @classmethod
    def _names_no_mailbox(cls, by: str) -> str:
        if "@" in by:
            raise ValueError("is a role or an organisation, not somebody's address")
        return by


class Assured(Frozen):
    """Something that somebody checked: how sure it is, since when, and where it was read."""

    sources: tuple[Source, ...] = ()
    confidence: Confidence
    # The newest date known among the sources; for a bare year its 1 January, for "about" a year its 1 July.
    assured_date: date | None = None
    confirmed: Confirmation | None = None  # Without it this is a draft.

    @property
    def sure_on(self) -> date | None:
        """The last day on which this was known to be right: confirmed, or else read in a source."""
        return _later(self.assured_date, self.confirmed)

    def is_stale(self, today: date, days: int) -> bool:
        """Whether this was last known to be right more than `days` days before `today`, or never."""
        return self.sure_on is None or (today - self.sure_on).days > days


def _later(assured: date | None, confirmation: Confirmation | None) -> date | None:
    return max((day for day in (assured, confirmation and confirmation.on) if day), default=None)


class Service(Assured):
    """A place or line that helps (HSDS: service).

    Shown: names, eligibility, description, alert, sms, hours_note, conditions.text and the notes of phones.
    """

    id: Identifier
    names: Names
    kind: Text
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "BE"  # ISO 3166; EU for a number of the whole Union.
    serves: tuple[Need, ...]
    for_whom: Annotated[tuple[Audience, ...], Field(min_length=1)]
    eligibility: Text | None = None
    description: Text
    alert: Text | None = None
    phones: tuple[Phone, ...] = ()
    sms: Text | None = None
    chat_url: Url | None = None
    email: Annotated[str, Field(pattern=r"^\S+@\S+\.\S+$")] | None = None
    url: Url | None = None
    location: Location | None = None
    address_secret: bool = False
    opening_hours: Text | None = None  # OpenStreetMap syntax, in the time of Brussels.
    hours_note: Text | None = None
    languages: tuple[LanguageCode, ...] = ()  # Empty when unknown.
    service_area: Text
    regions: tuple[Region, ...] = ()  # The part of Belgium whose people it takes.
    conditions: Conditions = Conditions()
    ready: bool
    staff_note: Text | None = None

    @model_validator(mode="after")
    def _keeps_secret_addresses(self) -> Self:
        if self.address_secret and self.location is not None:
            raise ValueError("a service with a secret address may not carry a location")
        return self

    @property
    def ready_phones(self) -> tuple[Phone, ...]:
        """The phones that may be shown, in order of preference."""
        return tuple(phone for phone in self.phones if phone.ready)

    def name_in(self, language: str) -> str:
        """The name for a reader of `language`: its own name there, else the English, the French, the Dutch one."""
        own = {"nl": self.names.nl, "fr": self.names.fr, "en": self.names.en}
        return next(name for name in (own.get(language), own["en"], own["fr"], own["nl"]) if name)


class Fact(Frozen):
    """One sentence or two that may be shown."""

    id: Identifier
    text: Text
    confirmed: Confirmation | None = None  # Where this sentence alone was confirmed, or later than its topic.


class Right(Assured):
    """One topic of rights. Shown: title and facts."""

    id: Identifier
    title: Text
    intents: Annotated[tuple[str, ...], Field(min_length=1)]
    urgent: bool
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    facts_to_verify: tuple[Text, ...] = ()
    law: tuple[Text, ...] = ()

    @property
    def sure_on(self) -> date | None:
        """As for anything assured, by the fact that was last known to be right the longest ago."""
        days = [_later(self.assured_date, self.confirmation_of(fact)) for fact in self.facts]
        return min((day for day in days if day), default=None) if all(days) else None

    def confirmation_of(self, fact: Fact) -> Confirmation | None:
        """The later of the fact's own confirmation and the topic's; None for a draft."""
        given = [one for one in (fact.confirmed, self.confirmed) if one]
        return max(given, key=lambda one: one.on, default=None)


class Place(Frozen):
    """A municipality of Brussels, or a town elsewhere in Belgium, with the spellings people use for it."""

    id: Identifier
    names: Mapping[LanguageCode, Text]
    kind: Literal["municipality", "city"]  # municipality: one of the nineteen of Brussels.
    region: Region
    province: Text | None = None
    postcodes: tuple[Annotated[str, Field(pattern=r"^[1-9][0-9]{3}$")], ...]
    latitude: Latitude
    longitude: Longitude
    other_spellings: tuple[Text, ...] = ()
    arabic: tuple[Text, ...] = ()
    cyrillic: tuple[Text, ...] = ()
    other_scripts: tuple[Text, ...] = ()
    police_zone: Text | None = None
    specialised_centre: Identifier  # Id of a service; a hint by area, since any centre takes the first call.
    welfare_centre: Identifier | None = None  # Id of the service that is its CPAS/OCMW.


class Knowledge(Frozen):
    """All that Baken knows, by id, in the order of the files."""

    services: Mapping[str, Service]
    rights: Mapping[str, Right]
    places: Mapping[str, Place]

    def showable_services(self) -> tuple[Service, ...]:
        """The services that are ready, each with only the phones that are."""
        return tuple(
            service.model_copy(update={"phones": service.ready_phones})
            for service in self.services.values()
            if service.ready
        )

    def confirmations_of(self, fact_ids: Iterable[str]) -> tuple[Confirmation | None, ...]:
        """One for each of these facts; None for a draft. Ids that no fact has are passed over."""
        wanted = set(fact_ids)
        return tuple(
            right.confirmation_of(fact) for right in self.rights.values() for fact in right.facts if fact.id in wanted
        )

    def facts_for(self, intent: str) -> tuple[Fact, ...]:
        """The facts of every right that answers `intent`, in the order of the files; empty when none does."""
        return tuple(fact for right in self.rights.values() if intent in right.intents for fact in right.facts)
