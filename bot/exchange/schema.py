"""Whether a service is written as HSDS 3.1 wants it.

`hsds-3.1.schema.json` holds the names, types, formats and required fields of the specification
(https://docs.openreferral.org, openreferral/specification on GitHub, folder `schema`), nothing else of it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

VERSION = "3.1"

type Json = dict[str, Any]

_FILE = Path(__file__).with_name("hsds-3.1.schema.json")

_formats = FormatChecker()


@_formats.checks("uri")
def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True  # The type is checked elsewhere.
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not any(c.isspace() for c in value)


def faults(service: object) -> list[str]:
    """What is wrong with one service, each as `place: what`; empty when it is right."""
    found = sorted(_validator().iter_errors(service), key=lambda error: [str(part) for part in error.absolute_path])
    return [f"{_place(list(error.absolute_path))}: {error.message[:200]}" for error in found]


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(_FILE.read_text(encoding="utf-8")), format_checker=_formats)


def _place(path: list[str | int]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return place.lstrip(".") or "service"
