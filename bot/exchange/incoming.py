"""A service of HSDS 3.1 as one of ours, and what of it we cannot hold.

What a file does not mention stays as we know it. Every entry comes out as not ready to be shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, get_args

import phonenumbers
from babel import Locale
from pydantic import ValidationError

from bot.exchange import hours
from bot.exchange.parts import Attributes, Loss, Part, plain
from bot.exchange.schema import Json, faults
from bot.exchange.vocabulary import (
    AUDIENCES,
    CALL_COSTS,
    CONFIDENCE,
    FROM_ABROAD,
    KINDS,
    NEEDS,
    REGIONS,
    Taxonomy,
    identifier,
    service_identifier,
)
from bot.knowledge.hours import parse
from bot.knowledge.models import Audience, Confidence, Need, Phone, Region, Service

_SECRET = "the address of this service is secret"
_FOREIGN_NAME_LENGTH = 40


# Ends the ids of services that others brought: the beginning of their UUID, so that a new name changes nothing.
_BROUGHT = re.compile(r"-[0-9a-f]{8}$")
_TAIL_LENGTH = 9


class NotCarried(Exception):
    """The whole entry cannot be carried over; the message says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An entry of ours made of one of theirs, what we knew before (None: nothing), and what got lost on the way."""

    service: Service
    known: Service | None
    losses: tuple[Loss, ...]


def own_id(entry: Json) -> str:
    """The id that this entry has, or would have, with us. The entry fits the schema."""
    for attribute in entry.get("attributes", ()):
        given = attribute.get("value", "")
        if attribute.get("link_type") == "baken_id" and service_identifier(given) == entry["id"]:
            return str(given)
    words = unicodedata.normalize("NFKD", entry["name"]).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", words)[:_FOREIGN_NAME_LENGTH].strip("-")
    return f"{slug or 'service'}{_tail(entry)}"


def index(services: Iterable[Service]) -> dict[str, Service]:
    """Services by what finds them again: their HSDS id and, once others brought them, the end of our id."""
    found: dict[str, Service] = {}
    for service in services:
        found[service_identifier(service.id)] = service
        if _BROUGHT.search(service.id):
            found[service.id[-_TAIL_LENGTH:]] = service
    return found


def read(entry: Json, known: Mapping[str, Service]) -> Incoming:
    """Turn an entry without nulls into a service of ours.

    Args:
        known: our services as `index` gives them.

    Raises:
        NotCarried: it breaks the schema, is not active, or misses what an entry of ours needs.
    """
    broken = faults(entry)
    if broken:
        raise NotCarried(f"it is not HSDS 3.1: {'; '.join(broken[:5])}")
    if entry["status"] != "active":
        raise NotCarried(f"its status is {entry['status']}")
    base = known.get(entry["id"].lower()) or known.get(_tail(entry))
    losses: list[Loss] = []
    said = _Reading(entry, base, losses).fields()
    fields: dict[str, Any] = {
        "kind": "imported",
        "serves": (),
        "for_whom": ("anyone",),
        "service_area": "Unknown",
        "confidence": "low",
        "description": said["names"].get("en") or next(iter(said["names"].values())),
        **(base.model_dump() if base else {}),
        **said,
        "id": base.id if base else own_id(entry),
        "ready": False,
    }
    try:
        return Incoming(Service.model_validate(fields), base, tuple(losses))
    except ValidationError as error:
        wrong = {str(detail["loc"][0]): detail["msg"] for detail in error.errors() if detail["loc"]}
    for name, message in wrong.items():
        losses.append(Loss(name, str(fields.pop(name, ""))[:200], message))
        if base is not None:
            fields[name] = getattr(base, name)
    try:
        return Incoming(Service.model_validate(fields), base, tuple(losses))
    except ValidationError as error:
        raise NotCarried("; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in error.errors())) from error


def _tail(entry: Json) -> str:
    return f"-{entry['id'][: _TAIL_LENGTH - 1].lower()}"


class _Reading:
    """Reads one entry; `fields` gives what it says, under the names of our fields."""

    def __init__(self, entry: Json, base: Service | None, losses: list[Loss]) -> None:
        self._uuid = str(entry["id"])
        self._base = base
        self._top = Part(entry, "", losses)
        self._attributes = Attributes(self._top)
        self._secret = self._attributes.value("address_secret") == "true" or (base is not None and base.address_secret)
        self._places = self._take_places()
        self._schedules_of_place: list[Part] = []
        self._phones_of_place: list[Part] = []
        self._prices: list[str] = []
        self._organization = self._top.part("organization")
        self._country = self._attributes.value("country")

    def fields(self) -> dict[str, Any]:
        top, attributes = self._top, self._attributes
        top.take("status")
        attributes.all("baken_id")
        said: dict[str, Any] = {
            "names": self._names(),
            "location": self._location(),
            "address_secret": self._secret or None,
            "sms": attributes.value("sms"),
            "description": top.text("description"),
            "alert": top.text("alert"),
            "eligibility": self._eligibility(),
            "kind": next(iter(attributes.codes(KINDS)), None),
            "serves": self._terms(attributes, NEEDS, get_args(Need)),
            "for_whom": self._terms(attributes, AUDIENCES, get_args(Audience)),
            "confidence": next(iter(self._terms(attributes, CONFIDENCE, get_args(Confidence)) or ()), None),
            "assured_date": self._assured_date(),
            "sources": self._sources(),
            "languages": self._languages(),
            "url": top.take("url"),
            "email": top.take("email"),
            "chat_url": self._chat_url(),
        }
        said["country"] = self._country
        said["phones"] = self._phones()  # After `_location`, which may tell the country.
        said["conditions"] = self._conditions()
        said.update(self._area())
        said.update(self._hours())
        self._close_organization(said)
        for place in self._places:
            place.close("Baken keeps one place for each service")
        attributes.close()
        top.close()
        return {name: value for name, value in said.items() if value is not None}

    def _take_places(self) -> list[Part]:
        if not self._secret:
            return self._top.parts("service_at_locations")
        self._top.withhold("service_at_locations", _SECRET)
        return []

    def _names(self) -> dict[str, str]:
        given, other = self._top.text("name") or "", self._top.text("alternate_name")
        names = {str(a.get("label")): plain(str(a.get("value"))) for a in self._attributes.all("name")}
        names = {language: name for language, name in names.items() if language in ("nl", "fr", "en")}
        if given not in names.values():  # Renamed since, or never ours.
            names = self._base.names.model_dump(exclude_none=True) if self._base else {}
            if given not in names.values():
                names["en"] = given
        ours = " / ".join(name for language in ("fr", "nl") if (name := names.get(language)) and name != given)
        if other and other != ours and not set(other.split(" / ")) <= set(names.values()):
            self._top.lose("alternate_name", other, "in which language is not said")
        return names

    def _location(self) -> dict[str, Any] | None:
        if not self._places:
            return None
        location = self._places[0].part("location")
        self._schedules_of_place = [*self._places[0].parts("schedules"), *location.parts("schedules")]
        self._phones_of_place = [*self._places[0].parts("phones"), *location.parts("phones")]
        physical = location.take("location_type") == "physical"
        addresses = location.parts("addresses")
        made = self._address(addresses.pop(0)) if addresses and physical else None
        if made is not None:
            made |= self._coordinates(location)
        for address in addresses:
            address.close("Baken keeps one address for each service")
        location.close()
        self._places.pop(0).close()
        return made

    def _address(self, part: Part) -> dict[str, Any] | None:
        lines = [line for line in (part.text("address_1"), part.text("address_2")) if line]
        attributes = Attributes(part)
        in_dutch = [str(a.get("value")) for a in attributes.all("street") if a.get("label") == "nl"]
        attributes.close()
        street = ", ".join(lines)
        dutch = in_dutch[0] if in_dutch else street
        before = self._base.location if self._base else None
        if not in_dutch and before is not None and before.street.fr == street:
            dutch = before.street.nl
        postal_code, city = part.text("postal_code"), part.text("city")
        country = str(part.take("country") or "").upper()
        if self._country is None and re.fullmatch("[A-Z]{2}", country):
            self._country = country
        for follows_from_postcode in ("state_province", "region", "address_type"):
            part.take(follows_from_postcode)
        if not (street and postal_code and city):
            part.lose("address_1", f"{street} {postal_code or ''} {city or ''}", "the address is not complete")
            part.close()
            return None
        part.close()
        return {"street": {"fr": street, "nl": dutch}, "postal_code": postal_code, "city": city}

    @staticmethod
    def _coordinates(location: Part) -> dict[str, float]:
        latitude, longitude = location.take("latitude"), location.take("longitude")
        if (
            isinstance(latitude, int | float)
            and isinstance(longitude, int | float)
            and abs(latitude) <= 90
            and abs(longitude) <= 180
        ):
            return {"latitude": latitude, "longitude": longitude}
        if latitude is not None or longitude is not None:
            location.lose("latitude", [latitude, longitude], "this is no point on Earth")
        return {}

    def _phones(self) -> tuple[dict[str, Any], ...] | None:
        parts = [*self._top.parts("phones"), *self._phones_of_place]
        costs = self._call_costs()
        if not parts:
            parts = self._organization.parts("phones")
        found = [phone for phone in (self._phone(part, costs) for part in parts) if phone]
        if not found:
            return None
        before = self._base.phones if self._base else ()
        numbers = {(phone["type"], phone["local"]) for phone in found}
        kept = [p.model_dump() for p in before if not p.ready and (p.type, p.local) not in numbers]
        unique = {(phone["type"], phone["local"]): phone for phone in reversed(found)}
        return (*reversed(unique.values()), *kept)

    def _phone(self, part: Part, costs: Mapping[str, str]) -> dict[str, Any] | None:
        phone_id, number = str(part.take("id")), part.text("number") or ""
        attributes = Attributes(part)
        kind = (part.text("type") or "voice").lower()
        whatsapp = attributes.value("channel") == "whatsapp"
        local, e164, remark = _number(number, attributes.value("dialled_as"), self._country or self._known("country"))
        abroad = next(iter(self._terms(attributes, FROM_ABROAD, get_args(_field("from_abroad"))) or ()), None)
        note = part.text("description")
        attributes.close()
        part.close()
        if not local or (kind not in ("voice", "cell") and not whatsapp):
            part.lose("number", f"{kind} {number}", "Baken keeps numbers to call and WhatsApp numbers")
            return None
        if remark:
            part.lose("number", number, f"kept, but {remark}")
        channel = "whatsapp" if whatsapp else "voice"
        before = self._phone_before(channel, local, e164)
        return {
            "local": before.local if before else local,
            "e164": e164,
            "type": channel,
            "cost": costs.get(phone_id) or (before.cost if before else "unknown"),
            "from_abroad": abroad or (before.from_abroad if before else "unsure"),
            "note": note or (before.note if before else None),
            "ready": before.ready if before else False,
            "staff_note": before.staff_note if before else None,
        }

    def _phone_before(self, channel: str, local: str, e164: str | None) -> Phone | None:
        for phone in self._base.phones if self._base else ():
            if phone.type == channel and (phone.local == local or (e164 is not None and phone.e164 == e164)):
                return phone
        return None

    def _call_costs(self) -> dict[str, str]:
        """What calls cost by the id of the phone; prices of the service itself are kept for `_conditions`."""
        costs: dict[str, str] = {}
        for option in self._top.parts("cost_options"):
            attributes = Attributes(option)
            phone_id = attributes.value("phone_id")
            cost = next(iter(self._terms(attributes, CALL_COSTS, get_args(_field("cost"))) or ()), None)
            attributes.close()
            words = [option.text("option"), option.text("amount_description")]
            amount, currency = option.take("amount"), option.text("currency")
            if phone_id and cost:
                costs[phone_id] = cost
            else:
                price = f"{amount:g} {(currency or '').upper()}".strip() if isinstance(amount, int | float) else None
                self._prices.append(", ".join(word for word in (words[0], price, words[1]) if word))
            option.close()
        return costs

    def _conditions(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for name in ("id_needed", "anonymous"):
            given = self._attributes.value(name)
            if given is not None:
                said[name] = given == "true"
        texts = [self._top.text("application_process") or ""]
        documents = []
        for part in self._top.parts("required_documents"):
            document = part.text("document")
            if document and part.take("id") != identifier(self._uuid, "required_document", "identity"):
                documents.append(document)
            part.close()
        fees = self._top.text("fees_description") or self._top.text("fees")
        if documents:
            texts.append(f"Bring: {'; '.join(documents)}.")
        costs = [cost.rstrip(".") for cost in (fees, *self._prices) if cost]
        if costs:
            texts.append(f"Costs: {'; '.join(costs)}.")
        text = " ".join(text for text in texts if text)
        before = self._base.conditions.model_dump() if self._base else {}
        return {**before, **said, **({"text": text} if text else {})}

    def _eligibility(self) -> str | None:
        text = self._top.text("eligibility_description")
        youngest, oldest = self._top.take("minimum_age"), self._top.take("maximum_age")
        ages = " ".join(
            f"{word} {age:g}"
            for word, age in (("from", youngest), ("to", oldest))
            if isinstance(age, int | float) and not isinstance(age, bool)
        )
        return " ".join(part for part in (text, f"Age: {ages}." if ages else None) if part) or None

    def _assured_date(self) -> date | None:
        given = self._top.text("assured_date")
        try:
            return date.fromisoformat(given[:10]) if given else None
        except ValueError:
            self._top.lose("assured_date", given, "it is no date")
            return None

    def _sources(self) -> tuple[dict[str, Any], ...] | None:
        names = {str(a.get("label")): a.get("value") for a in self._attributes.all("source_name")}
        found: list[dict[str, Any]] = []
        for attribute in self._attributes.all("source"):
            value = str(attribute.get("value", ""))
            is_url = re.fullmatch(r"https?://\S+", value) is not None
            checks = [change.get("last_action_date") for change in attribute.get("metadata", ())]
            found.append(
                {
                    "url": value if is_url else None,
                    "source": names.get(value) if is_url else value,
                    "seen": attribute.get("label") or None,
                    "checked": checks[0] if checks else None,
                }
            )
        return tuple(found) or None

    def _languages(self) -> tuple[str, ...] | None:
        codes = []
        for part in self._top.parts("languages"):
            code, name = (part.text("code") or "").lower(), part.text("name")
            code = code or _language_codes().get((name or "").casefold(), "")
            if re.fullmatch("[a-z]{2,3}", code):
                codes.append(code)
            else:
                part.lose("name", name or code, "it is no language with a code of two or three letters")
            part.close()
        return tuple(dict.fromkeys(codes)) or None

    def _chat_url(self) -> str | None:
        chat = None
        for part in self._top.parts("additional_urls"):
            url = part.take("url")
            label = part.text("label") or ""
            if chat is None and "chat" in label.lower():
                chat = str(url)
            else:
                part.lose("url", f"{label} {url}".strip(), "Baken keeps the website and the chat")
            part.close()
        return chat

    def _area(self) -> dict[str, Any]:
        names: list[str] = []
        regions: list[str] = []
        for part in self._top.parts("service_areas"):
            attributes = Attributes(part)
            regions += self._terms(attributes, REGIONS, get_args(Region)) or ()
            attributes.close()
            name = part.text("name")
            if name:
                names.append(name)
            part.close()
        return {"service_area": "; ".join(names) or None, "regions": tuple(regions) or None}

    def _hours(self) -> dict[str, str | None]:
        parts = self._top.parts("schedules")
        of_place = self._schedules_of_place
        if not parts:
            parts, of_place = of_place, []
        days: dict[int, list[hours.Span]] = {}
        notes: dict[str, None] = {}
        for part in parts:
            note = part.text("notes")
            if note:
                notes[note] = None
            if not self._weekly(part, days):
                described = part.text("description")
                if described:
                    notes[described] = None
                part.close("only ordinary weeks can be written as opening hours")
        for part in of_place:
            part.close("the service has opening hours of its own")
        given = self._attributes.value("opening_hours")
        expression = hours.expression_of(days) or None
        if given and self._same_hours(given, days):
            expression = given
            notes = {note: None for note in notes if given not in note}
        elif given:
            self._top.lose("attributes", f"opening_hours: {given}", "the schedules say something else")
        return {"opening_hours": expression, "hours_note": " ".join(notes) or None}

    def _weekly(self, part: Part, days: dict[int, list[hours.Span]]) -> bool:
        """Add a schedule to the days, when it is one of an ordinary week."""
        looked_at = {name: part.take(name) for name in ("byday", "opens_at", "closes_at", "freq", "interval")}
        of_days = hours.days_of(str(looked_at["byday"] or ""))
        times = hours.span_of(str(looked_at["opens_at"] or ""), str(looked_at["closes_at"] or ""))
        limits = ("valid_to", "until", "count", "byweekno", "bymonthday", "byyearday")
        limited = {name: part.take(name) for name in limits}
        ordinary = looked_at["freq"] in (None, "WEEKLY") and looked_at["interval"] in (None, 1)
        if of_days is None or times is None or not ordinary or any(limited.values()):
            rule = {name: value for name, value in (looked_at | limited).items() if value}
            if rule:
                part.lose("byday", rule, "only ordinary weeks can be written as opening hours")
            return False
        span, utc = times
        if utc:
            part.lose("opens_at", looked_at["opens_at"], "kept as clock time in Brussels; the file says UTC")
        for day in of_days:
            days.setdefault(day, []).append(span)
        for beside in ("description", "wkst", "timezone"):  # Said by the rest, or of no consequence to a week.
            part.take(beside)
        part.close()
        return True

    @staticmethod
    def _same_hours(expression: str, days: Mapping[int, Sequence[hours.Span]]) -> bool:
        try:
            parse(expression)
        except ValueError:
            return False
        week = hours.week_of(expression)
        return not days if week is None else hours.expression_of(week.days) == hours.expression_of(days)

    def _close_organization(self, said: dict[str, Any]) -> None:
        organization = self._organization
        name, description = organization.text("name"), organization.text("description")
        if name and name not in said["names"].values():
            organization.lose("name", name, "Baken keeps services, not who runs them")
        if description and description != said["description"]:
            organization.lose("description", description, "Baken keeps services, not who runs them")
        for theirs, ours in (("website", "url"), ("email", "email")):
            value = organization.take(theirs)
            if said[ours] is None and not getattr(self._base, ours, None):
                said[ours] = value
            elif value and value != said[ours]:
                organization.lose(theirs, value, "the service has one of its own")
        if self._secret:
            organization.withhold("locations", _SECRET)
        organization.close()

    def _terms(self, attributes: Attributes, taxonomy: Taxonomy, known: Sequence[str]) -> tuple[str, ...] | None:
        codes = attributes.codes(taxonomy)
        for code in codes:
            if code not in known:
                self._top.lose("attributes", f"{taxonomy.link_type}: {code}", "this Baken does not know the term")
        return tuple(code for code in codes if code in known) or None

    def _known(self, name: str) -> str:
        return str(getattr(self._base, name, "BE"))


def _number(number: str, dialled: str | None, country: str) -> tuple[str, str | None, str]:
    """How the number is dialled locally, its E.164 form where it has one, and what an editor has to know."""
    region = "BE" if country == "EU" else country
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return dialled or number, None, f"it is no phone number of {region}"
    if phonenumbers.is_valid_short_number_for_region(parsed, region) and not number.startswith("+"):
        return dialled or number, None, ""
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(parsed):
        return dialled or number, e164 if number.startswith("+") else None, f"it is no valid number of {region}"
    here = phonenumbers.region_code_for_number(parsed) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return dialled or phonenumbers.format_number(parsed, style), e164, ""


def _field(name: str) -> Any:
    return Phone.model_fields[name].annotation


@lru_cache(maxsize=1)
def _language_codes() -> dict[str, str]:
    return {str(name).casefold(): str(code) for code, name in Locale("en").languages.items()}
