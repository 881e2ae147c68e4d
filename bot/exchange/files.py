"""HSDS files: reading those of others, and writing ours whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from bot.exchange.schema import Json, faults


class ExchangeError(Exception):
    """A file that cannot be read or written; the message names it and says why."""


def read_file(path: Path) -> tuple[list[Any], str]:
    """The entries of a file, unchecked and without nulls, and a remark for the reader (empty when there is none).

    A page of the HSDS API (`contents`), an object with `services`, a list of services, or one service.

    Raises:
        ExchangeError: it cannot be read, is not JSON, or holds none of these.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ExchangeError(f"{path}:{error.lineno}: is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"{path} is not JSON that can be read: {error}") from error
    data = _without_nulls(data)
    if isinstance(data, list):
        return data, ""
    if isinstance(data, dict):
        for name in ("contents", "services"):
            if isinstance(data.get(name), list):
                pages = data.get("total_pages")
                many = isinstance(pages, int) and pages > 1
                return data[name], f"this is one page of {pages}; import the others too" if many else ""
        if {"id", "name", "status"} <= set(data):
            return [data], ""
    raise ExchangeError(f"{path} holds no services: a page with `contents`, a list, or one service of HSDS is needed")


def checked(page: Json) -> Json:
    """The same page. Raises ExchangeError when one of its entries is not HSDS."""
    for entry in page["contents"]:
        for fault in faults(entry):
            raise ExchangeError(f"{entry.get('name')}: {fault}")
    return page


def as_text(data: Json) -> str:
    """The JSON that goes into files."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def write_export(page: Json, out: Path) -> int:
    """Write everything into one file or, when `out` is a folder or has no extension, into a folder; how many files.

    A folder gets `services.json`, the whole page, and `services/ID.json` for each service. Exports of services that
    are no longer in the page are removed from it, so that nobody goes on reading what was withdrawn.

    Raises:
        ExchangeError: it cannot be written.
    """
    try:
        if out.suffix and not out.is_dir():
            _write(out, as_text(page))
            return 1
        folder = out / "services"
        names = {f"{entry['id']}.json" for entry in page["contents"]}
        for entry in page["contents"]:
            _write(folder / f"{entry['id']}.json", as_text(entry))
        _write(out / "services.json", as_text(page))
        for path in folder.glob("*.json"):
            if path.name not in names and _is_ours(path.stem):
                path.unlink()
    except OSError as error:
        raise ExchangeError(f"{error.filename or out} cannot be written: {error.strerror}") from error
    return 1 + len(names)


def write_new(path: Path, text: str) -> Path:
    """Write a file that was not there before: `path`, or the same name with a number. Never touches what exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole = Path(folder) / path.name
        whole.write_text(text, encoding="utf-8")
        number = 1
        while True:
            target = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
            try:
                os.link(whole, target)
            except FileExistsError:
                number += 1
            else:
                return target


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole = Path(folder) / path.name
        whole.write_text(text, encoding="utf-8")
        whole.replace(path)


def _is_ours(name: str) -> bool:
    try:
        return UUID(name).version == 5
    except ValueError:
        return False


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _without_nulls(data: Any) -> Any:
    # Many directories write null for what they do not know; HSDS leaves the field out.
    if isinstance(data, dict):
        return {name: _without_nulls(value) for name, value in data.items() if value is not None}
    return [_without_nulls(item) for item in data] if isinstance(data, list) else data
