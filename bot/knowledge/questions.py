"""What exactly to ask about an entry, in the words of somebody who telephones. For staff, in English."""

from collections.abc import Iterator
from datetime import date

from bot.knowledge.answers import address
from bot.knowledge.models import Phone, Right, Service

_COST = {
    "free": "it is free",
    "normal_rate": "it costs a normal call",
    "rate_078": "it has the rate of 078 numbers",
    "internet": "it goes over the internet",
    "unknown": "we do not know",
}
_FROM_ABROAD = {
    "works": "it does",
    "fails": "it does not",
    "often_fails": "it often does not",
    "unsure": "we do not know",
    "local_service": "it reaches the service of that country",
}
_YES_NO = {True: "yes", False: "no", None: "we do not know"}


def about_service(service: Service) -> Iterator[str]:
    """Every question of one telephone call, with what is said today."""
    if service.confirmed is None and service.confidence == "low":
        yield "Does this service exist, under this name?"
    for phone in service.phones:
        yield _about_phone(phone)
    if not service.phones:
        yield "Is there a telephone number that we may give? We have none."
    if service.sms or service.chat_url:
        yield f"Does this work: {' '.join(filter(None, (service.sms, service.chat_url)))}"
    hours = ". ".join(filter(None, (service.opening_hours, service.hours_note))) or "we do not know"
    yield f"When does somebody answer, also at night, at weekends and on holidays? We say: {hours}"
    yield f"Which languages are spoken? We say: {', '.join(service.languages) or 'we do not know'}"
    conditions = service.conditions
    yield (
        f"What must a person bring, pay or accept? We say: {conditions.text or 'nothing about it'}. "
        f"Are papers needed: {_YES_NO[conditions.id_needed]}. Without giving a name: {_YES_NO[conditions.anonymous]}"
    ).replace("..", ".")
    whom = ", ".join(service.for_whom) + (f". {service.eligibility}" if service.eligibility else "")
    yield f"Who is helped? We say: {whom}"
    if service.address_secret:
        yield "Is it right that no address may be given? We show none."
    elif service.location:
        yield f"Is this the address, and may people come there? We say: {address(service, 'fr')}"
    if service.staff_note:
        yield f"Still open: {service.staff_note}"


def about_right(right: Right, *, today: date, stale_after_days: int) -> Iterator[str]:
    """Every sentence that nobody confirmed in the last `stale_after_days`, then what is not certain."""
    for fact in right.facts:
        confirmation = right.confirmation_of(fact)
        if confirmation is None or (today - confirmation.on).days > stale_after_days:
            yield f"Is this right? “{fact.text}” (`{fact.id}`)"
    for text in right.facts_to_verify:
        yield f"Not certain, and not shown: “{text}”"


def _about_phone(phone: Phone) -> str:
    number = f"{phone.local} ({phone.type})" if phone.type != "voice" else phone.local
    shown = "" if phone.ready else " We do not show it yet."
    open_point = f" {phone.staff_note}" if phone.staff_note else ""
    return (
        f"Is {number} right?{shown} What does it cost? We say: {_COST[phone.cost]}. "
        f"Does it work from abroad? We say: {_FROM_ABROAD[phone.from_abroad]}.{open_point}"
    )
