"""The real knowledge, and a shelter as another directory would describe it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from bot.knowledge.load import load
from bot.knowledge.models import Knowledge
from bot.settings import ROOT

type Json = dict[str, Any]


def uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def foreign_shelter() -> Json:
    """A service in the way that other directories fill in HSDS: no words of ours, nulls, markup, names of people."""
    return {
        "id": uuid("shelter"),
        "name": "Harbour House",
        "alternate_name": None,
        "description": "<p>Beds for women &amp; children.</p>",
        "status": "active",
        "url": "https://harbour.example",
        "minimum_age": 18,
        "fees_description": "Free for the first week.",
        "assured_date": "2026-10-01",
        "interpretation_services": "By telephone",
        "phones": [
            {"id": uuid("p1"), "number": "+32 2 511 64 64", "type": "voice", "extension": 12},
            {"id": uuid("p2"), "number": "+32 2 511 64 65", "type": "fax"},
        ],
        "schedules": [
            {
                "id": uuid(f"s{opens}"),
                "freq": "WEEKLY",
                "byday": "MO,TU,WE,TH,FR",
                "opens_at": opens,
                "closes_at": closes,
            }
            for opens, closes in (("09:00:00", "12:00:00"), ("13:00", "17:00"))
        ],
        "languages": [{"id": uuid("l1"), "name": "Urdu"}, {"id": uuid("l2"), "code": "fr"}],
        "organization": {"id": uuid("org"), "name": "Harbour asbl", "description": "Runs three houses."},
        "service_at_locations": [
            {
                "id": uuid("sal"),
                "location": {
                    "id": uuid("loc"),
                    "location_type": "physical",
                    "latitude": 50.84,
                    "longitude": 4.35,
                    "addresses": [
                        {
                            "id": uuid("a"),
                            "address_1": "Rue du Port 1",
                            "city": "Bruxelles",
                            "state_province": "",
                            "postal_code": "1000",
                            "country": "BE",
                            "address_type": "physical",
                        }
                    ],
                },
            }
        ],
        "contacts": [{"id": uuid("c"), "name": "Ann Persona"}],
        "attributes": [
            {"id": uuid("t"), "taxonomy_term": {"id": uuid("tt"), "name": "Refuge", "description": "A safe house"}}
        ],
    }


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load(ROOT / "knowledge")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge, in which drafts may be written."""
    return Path(shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge"))
