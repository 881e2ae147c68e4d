"""Reading foreign data so that nothing disappears silently: whatever nobody takes is reported."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.exchange.schema import Json
from bot.exchange.vocabulary import Taxonomy

NO_FIELD = "Baken has no field for it"

# Their names are no business of ours, and would stay in files and in the history of files.
PEOPLE = "it names people"

# How much of a value is repeated in reports and notes; a polygon can have a million characters.
_REPEATED = 200

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a file says and that an entry of ours does not. `value` is empty when it must not be repeated."""

    place: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}{f' = {self.value}' if self.value else ''} ({self.reason})"


class Part:
    """One object of the file. Take what is understood; `close` reports the rest."""

    def __init__(self, data: Json, place: str, losses: list[Loss]) -> None:
        self._left = dict(data)
        self._place = place
        self._losses = losses

    def take(self, name: str) -> object:
        """The value of a field, which then counts as carried over; None when there is none."""
        return self._left.pop(name, None)

    def text(self, name: str) -> str | None:
        """A field as plain text without markup; None when it is blank."""
        value = self.take(name)
        return (plain(value) or None) if isinstance(value, str) else None

    def part(self, name: str) -> Part:
        """A nested object, empty when there is none. It has to be closed as well."""
        value = self.take(name)
        return Part(value if isinstance(value, dict) else {}, self._join(name), self._losses)

    def parts(self, name: str) -> list[Part]:
        """A list of nested objects. They have to be closed as well."""
        value = self.take(name)
        items = value if isinstance(value, list) else []
        return [Part(item, f"{self._join(name)}[{n}]", self._losses) for n, item in enumerate(items)]

    def lose(self, name: str, value: object, reason: str) -> None:
        """Report that a field could not be carried over, or not as it stands."""
        if name in ("contacts", "attention"):
            self.withhold_value(name, PEOPLE)
        else:
            self._losses.append(Loss(self._join(name), _short(_without_people(value)), reason))

    def withhold_value(self, name: str, reason: str) -> None:
        """Report a field without its value."""
        self._losses.append(Loss(self._join(name), "", reason))

    def withhold(self, name: str, reason: str) -> None:
        """Take a field and report it without its value."""
        if self.take(name):
            self.withhold_value(name, reason)

    def close(self, reason: str = NO_FIELD) -> None:
        """Report everything that nobody took, except ids, which only hold the file together."""
        for name, value in self._left.items():
            if name not in ("id", "link_entity") and not name.endswith("_id") and value not in (None, "", [], {}):
                self.lose(name, value, reason)
        self._left.clear()

    def _join(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name


class Attributes:
    """The attributes of one object: those that are ours can be taken, `close` reports the others."""

    def __init__(self, owner: Part) -> None:
        given = owner.take("attributes")
        self._left: list[Json] = list(given) if isinstance(given, list) else []
        self._owner = owner

    def codes(self, taxonomy: Taxonomy) -> list[str]:
        """The codes of all terms of a taxonomy of ours, in order."""
        return [
            str(found["taxonomy_term"].get("code", ""))
            for found in self._take(lambda a: (a.get("taxonomy_term") or {}).get("taxonomy") == taxonomy.name)
        ]

    def all(self, link_type: str) -> list[Json]:
        """The attributes without a term that carry this kind of value, in order."""
        return self._take(lambda a: a.get("link_type") == link_type and "taxonomy_term" not in a)

    def value(self, link_type: str) -> str | None:
        """The first such value; None when there is none."""
        found = self.all(link_type)
        return (plain(str(found[0].get("value", ""))) or None) if found else None

    def close(self) -> None:
        """Report the attributes that nobody took."""
        for left in self._left:
            term = left.get("taxonomy_term") or {}
            said = " ".join(str(word) for word in (term.get("name"), left.get("label"), left.get("value")) if word)
            self._owner.lose("attributes", f"{left.get('link_type', '')}: {said}".lstrip(": "), NO_FIELD)
        self._left = []

    def _take(self, wanted: Callable[[Json], bool]) -> list[Json]:
        found = [a for a in self._left if wanted(a)]
        self._left = [a for a in self._left if not wanted(a)]
        return found


def plain(text: str) -> str:
    """Text without HTML, which HSDS allows in descriptions, without control characters and surplus space."""
    text = _CONTROL.sub(" ", text)
    if _TAG.search(text):
        text = html.unescape(_TAG.sub(" ", text))
    return " ".join(text.split())


def _without_people(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_people(inner) for name, inner in value.items() if name not in ("contacts", "attention")}
    return [_without_people(inner) for inner in value] if isinstance(value, list) else value


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(_CONTROL.sub(" ", text).split())
    return text if len(text) <= _REPEATED else f"{text[: _REPEATED - 1]}…"
