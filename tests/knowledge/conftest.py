"""The real knowledge, and a small good one that tests break."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.knowledge.load import load
from bot.knowledge.models import Knowledge

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"

SERVICE = """\
services:
  - id: example-shelter
    names: {en: Example shelter}
    kind: shelter
    serves: [shelter]
    for_whom: [anyone]
    description: A bed for the night.
    phones:
      - {local: 02 511 64 64, e164: "+3225116464", cost: free, from_abroad: works, ready: true}
    opening_hours: 24/7
    service_area: Brussels
    regions: [brussels]
    sources: [{url: "https://shelter.example/contact", checked: 2026-11-01}]
    confidence: high
    assured_date: 2026-11-01
    ready: true
"""
RIGHT = """\
rights:
  - id: example-right
    title: A bed
    intents: [ask_shelter]
    urgent: false
    facts:
      - {id: example-right-1, text: You may ask for a bed.}
    facts_to_verify: [It may cost something.]
    sources: [{source: a law}]
    confidence: medium
    assured_date: 2026-11-01
"""
PLACE = """\
places:
  - id: example-town
    names: {nl: Voorbeeld, fr: Exemple}
    kind: municipality
    region: brussels
    postcodes: ["1000"]
    latitude: 50.85
    longitude: 4.35
    specialised_centre: example-shelter
"""

type Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a small knowledge folder: good, except for what a test replaces."""

    def write_folder(*, service: str = SERVICE, right: str = RIGHT, place: str = PLACE) -> Path:
        files = {"services/a.yml": service, "rights/a.yml": right, "places.yml": place}
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write_folder


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """What people are told in earnest."""
    return load(KNOWLEDGE)
