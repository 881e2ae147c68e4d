"""`baken services export` and `baken services import`: exchange with other directories in HSDS."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import get_args

from bot.exchange.drafts import Report, State, Verdict, import_file
from bot.exchange.files import ExchangeError, as_text, checked, write_export
from bot.exchange.outgoing import page
from bot.exchange.schema import VERSION
from bot.knowledge.load import KnowledgeError, load
from bot.operation.environments import OperationError


def export_services(knowledge_folder: Path, out: Path | None) -> None:
    """Write every service that may be shown, to standard output or into a file or folder. Raises OperationError."""
    try:
        made = checked(page(load(knowledge_folder).showable_services()))
        if out is None:
            sys.stdout.write(as_text(made))
            return
        files = write_export(made, out)
    except (ExchangeError, KnowledgeError) as error:
        raise OperationError(str(error)) from error
    print(f"{made['total_items']} services as HSDS {VERSION} in {out} ({files} {'file' if files == 1 else 'files'})")


def import_services(knowledge_folder: Path, file: Path, today: date) -> bool:
    """Write drafts and say what became of each entry; False when one could not be carried over at all.

    Raises:
        OperationError: the file, or our own knowledge, cannot be read.
    """
    try:
        report = import_file(file, knowledge_folder, today)
    except (ExchangeError, KnowledgeError) as error:
        raise OperationError(str(error)) from error
    except OSError as error:
        raise OperationError(f"{error.filename} cannot be written: {error.strerror}") from error
    for line in _lines(report):
        print(line)
    return not any(verdict.state == "left out" for verdict in report.verdicts)


def _lines(report: Report) -> list[str]:
    lines = []
    for verdict in report.verdicts:
        lines.append(_line(verdict))
        lines += [f"{'':10}not carried over: {loss}" for loss in verdict.losses]
    counts = Counter(verdict.state for verdict in report.verdicts)
    lines.append(", ".join(f"{counts[state]} {state}" for state in get_args(State)))
    lines.append(f"drafts for editors: {report.drafts}" if report.drafts else "no draft was written")
    return lines + ([f"note: {report.remark}"] if report.remark else [])


def _line(verdict: Verdict) -> str:
    subject = f"{verdict.state:10}{verdict.id + ': ' if verdict.id else ''}{verdict.name}"
    details = ", ".join(verdict.changed) or verdict.reason
    return f"{subject} ({details})" if details else subject
