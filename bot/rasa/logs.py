"""Keeps what people write out of Rasa's logs.

Rasa's REST channel logs the text of a message when its handler fails, and other parts log it at debug level. This
filter, named in bot/rasa/logging.yml, lets only the name of an event through, with the kind of error.
"""

from __future__ import annotations

import json
import logging


class NoTexts(logging.Filter):
    """Reduces every record to what an operator needs: event, level, kind of error, file and line of the log call."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; keep it."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        if message.startswith("{"):
            message, kind = _structured(message, kind)
        elif record.args:
            # The template is ours or Rasa's; the values may be a person's.
            message = message.split("%", 1)[0]
        elif record.levelno < logging.WARNING and record.name.startswith("rasa"):
            message = message.split("'", 1)[0].split(":", 1)[0]
        elif record.name.startswith(("rasa", "bot", "sanic")):
            message = message.split("\n", 1)[0].split("'", 1)[0]
        record.msg = f"{message} [{kind}]" if kind else message
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


def _structured(message: str, kind: str) -> tuple[str, str]:
    """Event name and kind of error of a structlog line rendered as JSON."""
    try:
        event = json.loads(message)
    except ValueError:
        return "unreadable log line", kind
    exceptions = event.get("exception")
    if not kind and isinstance(exceptions, list) and exceptions and isinstance(exceptions[0], dict):
        kind = str(exceptions[0].get("exc_type", ""))
    return str(event.get("event", "event")).split(" ", 1)[0], kind
