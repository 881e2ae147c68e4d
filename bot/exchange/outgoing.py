"""A service of ours as HSDS 3.1. Only what may be shown to anybody goes out: see `Knowledge.showable_services`."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale

from bot.exchange import hours
from bot.exchange.schema import Json
from bot.exchange.vocabulary import (
    AUDIENCES,
    CALL_COSTS,
    CONFIDENCE,
    FROM_ABROAD,
    KINDS,
    NEEDS,
    REGIONS,
    attribute,
    classification,
    identifier,
    service_identifier,
)
from bot.knowledge.models import Location, Phone, Service, Source

PUBLISHER = "Baken"
CLOCK = "Times are local time in Brussels (Europe/Brussels)."

_COST_IN_WORDS = {
    "free": "free of charge",
    "normal_rate": "the normal rate of a call",
    "rate_078": "the rate of 078 numbers",
    "internet": "needs an internet connection",
}

# By the first postcode of each range: provinces of Belgium, as bpost numbers them.
_PROVINCES = (
    (1000, "Brussels-Capital Region"),
    (1300, "Walloon Brabant"),
    (1500, "Flemish Brabant"),
    (2000, "Antwerp"),
    (3000, "Flemish Brabant"),
    (3500, "Limburg"),
    (4000, "Liège"),
    (5000, "Namur"),
    (6000, "Hainaut"),
    (6600, "Luxembourg"),
    (7000, "Hainaut"),
    (8000, "West Flanders"),
    (9000, "East Flanders"),
)


def page(services: Iterable[Service]) -> Json:
    """All services as one page of the HSDS API (`GET /services`). Phones that are not ready are left out."""
    contents = [entry(service) for service in services]
    return {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "first_page": True,
        "last_page": True,
        "empty": not contents,
        "contents": contents,
    }


def entry(service: Service) -> Json:
    """One service with everything nested in it. Raises ValueError for a service that is not ready to be shown."""
    if not service.ready:
        raise ValueError(f"{service.id} is not ready to be shown")
    own = service_identifier(service.id)
    name = service.name_in("en")
    others = dict.fromkeys(n for n in (service.names.fr, service.names.nl) if n and n != name)
    made = {
        "id": own,
        "name": name,
        "alternate_name": " / ".join(others) or None,
        "description": service.description,
        "status": "active",
        "url": service.url,
        "additional_urls": [{"id": identifier(own, "url", "chat"), "label": "Chat", "url": service.chat_url}]
        if service.chat_url
        else [],
        "email": service.email,
        "eligibility_description": service.eligibility,
        "application_process": service.conditions.text,
        "alert": service.alert,
        "assured_date": service.assured_date.isoformat() if service.assured_date else None,
        "organization": _organization(service, name),
        "phones": [_phone(own, phone) for phone in service.ready_phones],
        "cost_options": [_call_cost(own, phone) for phone in service.ready_phones if phone.cost != "unknown"],
        "schedules": _schedules(own, service),
        "service_areas": [_service_area(own, service)],
        "service_at_locations": [_place(own, service.location, service.country)] if service.location else [],
        "languages": [_language(own, code) for code in service.languages],
        "required_documents": [_identity_document(own)] if service.conditions.id_needed else [],
        "attributes": list(_attributes(own, service)),
    }
    return _without_blanks(made)


def phone_number(phone: Phone) -> str:
    """The number that goes out: with its country where it has one."""
    return phone.e164 or phone.local


def province(postal_code: str) -> str:
    """The province, or Brussels, that a Belgian postcode lies in; empty for anything else."""
    if not (postal_code.isdecimal() and len(postal_code) == 4):
        return ""
    return next((name for first, name in reversed(_PROVINCES) if int(postal_code) >= first), "")


def _organization(service: Service, name: str) -> Json:
    # Baken knows services, not who stands behind several of them: each has an organization of its own.
    return _without_blanks(
        {
            "id": identifier("organization", service.id),
            "name": name,
            "description": service.description,
            "email": service.email,
            "website": service.url,
        }
    )


def _phone(own: str, phone: Phone) -> Json:
    phone_id = identifier(own, "phone", phone.type, phone_number(phone))
    attributes = [
        attribute(phone_id, "phone", "dialled_as", phone.local),
        classification(phone_id, "phone", FROM_ABROAD, phone.from_abroad),
    ]
    if phone.type == "whatsapp":
        attributes.append(attribute(phone_id, "phone", "channel", "whatsapp"))
    return _without_blanks(
        {
            "id": phone_id,
            "number": phone_number(phone),
            "type": "voice" if phone.type == "voice" else "text",
            "description": phone.note,
            "attributes": attributes,
        }
    )


def _call_cost(own: str, phone: Phone) -> Json:
    cost_id = identifier(own, "cost", phone.type, phone_number(phone))
    made: Json = {
        "id": cost_id,
        "option": f"{'WhatsApp message' if phone.type == 'whatsapp' else 'Call'} to {phone.local}",
        "amount_description": _COST_IN_WORDS[phone.cost],
        "attributes": [
            classification(cost_id, "cost_option", CALL_COSTS, phone.cost),
            attribute(cost_id, "cost_option", "phone_id", identifier(own, "phone", phone.type, phone_number(phone))),
        ],
    }
    return {**made, "currency": "EUR", "amount": 0} if phone.cost == "free" else made


def _schedules(own: str, service: Service) -> list[Json]:
    week = hours.week_of(service.opening_hours) if service.opening_hours else None
    made: list[Json] = []
    if week is not None:
        by_span: dict[hours.Span, list[int]] = {}
        for day, spans in week.days.items():
            for span in spans:
                by_span.setdefault(span, []).append(day)
        for span, days in by_span.items():
            described = f"{hours.in_words(days, span)}. {CLOCK} {hours.holidays_in_words(week.holidays)}".rstrip()
            made.append(
                {
                    "id": identifier(own, "schedule", hours.byday(days), *span),
                    "freq": "WEEKLY",
                    "interval": 1,
                    "byday": hours.byday(days),
                    "opens_at": span[0],
                    "closes_at": hours.closing_for_hsds(span[1]),
                    "description": described,
                }
            )
    elif service.opening_hours:  # More than a week can say: seasons, for instance.
        described = f"{service.opening_hours} (OpenStreetMap opening hours). {CLOCK}"
        made.append({"id": identifier(own, "schedule", "all"), "description": described})
    if service.hours_note:
        made = made or [{"id": identifier(own, "schedule", "note")}]
        made = [{**schedule, "notes": service.hours_note} for schedule in made]
    return made


def _service_area(own: str, service: Service) -> Json:
    area_id = identifier(own, "service_area")
    regions = [classification(area_id, "service_area", REGIONS, region) for region in service.regions]
    return _without_blanks({"id": area_id, "name": service.service_area, "attributes": regions})


def _place(own: str, location: Location, country: str) -> Json:
    location_id = identifier(own, "location")
    address_id = identifier(own, "address")
    differs = location.street.nl != location.street.fr
    return {
        "id": identifier(own, "service_at_location"),
        "location": _without_blanks(
            {
                "id": location_id,
                "location_type": "physical",
                "latitude": location.latitude,
                "longitude": location.longitude,
                "addresses": [
                    _without_blanks(
                        {
                            "id": address_id,
                            "address_1": location.street.fr,
                            "city": location.city,
                            # Required by HSDS, and so empty where it is not known.
                            "state_province": province(location.postal_code) if country == "BE" else "",
                            "postal_code": location.postal_code,
                            "country": country,
                            "address_type": "physical",
                            "attributes": [attribute(address_id, "address", "street", location.street.nl, label="nl")]
                            if differs
                            else [],
                        }
                    )
                ],
            }
        ),
    }


def _language(own: str, code: str) -> Json:
    name = Locale("en").languages.get(code)
    return _without_blanks({"id": identifier(own, "language", code), "code": code, "name": name})


def _identity_document(own: str) -> Json:
    return {"id": identifier(own, "required_document", "identity"), "document": "An identity document"}


def _attributes(own: str, service: Service) -> Iterable[Json]:
    yield attribute(own, "service", "baken_id", service.id)
    for language, name in service.names.model_dump(exclude_none=True).items():
        yield attribute(own, "service", "name", name, label=language)
    yield classification(own, "service", KINDS, service.kind)
    for need in service.serves:
        yield classification(own, "service", NEEDS, need)
    for audience in service.for_whom:
        yield classification(own, "service", AUDIENCES, audience)
    yield attribute(own, "service", "country", service.country)
    if service.sms:
        yield attribute(own, "service", "sms", service.sms)
    if service.address_secret:
        yield attribute(own, "service", "address_secret", "true")
    if service.opening_hours:
        yield attribute(own, "service", "opening_hours", service.opening_hours, label="OpenStreetMap syntax")
    for name in ("id_needed", "anonymous"):
        known = getattr(service.conditions, name)
        if known is not None:
            yield attribute(own, "service", name, "true" if known else "false")
    yield classification(own, "service", CONFIDENCE, service.confidence)
    for position, source in enumerate(service.sources):
        yield _source(own, source, position)
        if source.url and source.source:
            yield attribute(own, "service", "source_name", source.source, label=source.url, key=str(position))


def _source(own: str, source: Source, position: int) -> Json:
    value = source.url or source.source or ""
    made = attribute(own, "service", "source", value, label=source.seen, key=str(position))
    if source.checked is None:
        return made
    check = {
        "id": identifier(made["id"], "metadata", "check"),
        "resource_id": made["id"],
        "resource_type": "attribute",
        "last_action_date": source.checked.isoformat(),
        "last_action_type": "check",
        "field_name": "value",
        "previous_value": value,
        "replacement_value": value,
        "updated_by": PUBLISHER,
    }
    return {**made, "metadata": [check]}


def _without_blanks(made: Json) -> Json:
    return {name: value for name, value in made.items() if value is not None and value != []}
