"""Keeps what people write out of Rasa's logs.

Rasa's REST channel logs the text of a message when its handler fails, and other parts log it at debug level. Rasa
also sets up handlers of its own after reading a logging configuration, so a filter on a handler would be lost:
records are reduced where they are made.
"""

from __future__ import annotations

import json
import logging
import warnings
from typing import Any


def install() -> None:
    """From now on no log line of this process, and no warning, holds more than what an operator needs."""
    logging.setLogRecordFactory(reduced_record)
    # Warnings of old libraries say nothing to an operator, and Rasa's may quote a message.
    warnings.showwarning = _show_no_warning


def reduced_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record with the event's name and the kind of error, and without the values in it."""
    record = logging.LogRecord(*args, **kwargs)
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    if message.startswith("{"):
        message, kind = _structured(message, kind)
    elif not _is_harmless(record):
        # What stands before the first value is the words of the program; the values may be a person's.
        for mark in ("%", "'", '"', ":", "=", "\n"):
            message = message.split(mark, 1)[0]
    record.msg = f"{message.strip()} [{kind}]" if kind else message.strip()
    if not _is_harmless(record):
        record.args = ()
    record.exc_info = None
    record.exc_text = None
    record.stack_info = None
    return record


def _is_harmless(record: logging.LogRecord) -> bool:
    """Lines about starting and loading, which are made before anybody can write."""
    return record.levelno == logging.INFO and record.name in ("root", "rasa.core.processor")


def _structured(message: str, kind: str) -> tuple[str, str]:
    """Event name and kind of error of a structlog line rendered as JSON."""
    try:
        event = json.loads(message)
    except ValueError:
        return "unreadable log line", kind
    exceptions = event.get("exception")
    if not kind and isinstance(exceptions, list) and exceptions and isinstance(exceptions[0], dict):
        kind = str(exceptions[0].get("exc_type", ""))
    name = event.get("event")
    return (name.split(" ", 1)[0] if isinstance(name, str) else "event"), kind


def _show_no_warning(*args: Any, **kwargs: Any) -> None:
    return None
