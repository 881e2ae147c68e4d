"""No log line of Rasa's process holds what a person wrote."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import warnings
from typing import Any, Callable, Iterator

import pytest
import structlog

from bot.rasa import logs
from tests.rasa.conftest import ROOT

CANARY = "canary-he-keeps-my-passport"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What stands in the log of a process that called `logs.install()`."""
    factory, show = logging.getLogRecordFactory(), warnings.showwarning
    disabled = logging.root.manager.disable
    logging.disable(logging.NOTSET)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("rasa.test")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logs.install()
    yield out
    logging.setLogRecordFactory(factory)
    warnings.showwarning = show
    logging.disable(disabled)
    logger.removeHandler(handler)


def fail() -> None:
    raise RuntimeError(f"could not read {CANARY}")


def with_exception(log: Callable[..., Any], *values: Any) -> None:
    try:
        fail()
    except RuntimeError:
        log(*values)


def structured() -> Any:
    """Rasa's own way of logging, as rasa.utils.log_utils sets it up without a terminal."""
    return structlog.wrap_logger(
        logging.getLogger("rasa.test"),
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )


def on_a_terminal() -> Any:
    return structlog.wrap_logger(
        logging.getLogger("rasa.test"),
        processors=[structlog.processors.add_log_level, structlog.dev.ConsoleRenderer(colors=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )


def test_a_message_that_could_not_be_answered_leaves_its_event_and_the_kind_of_error(lines: io.StringIO) -> None:
    with_exception(lambda: structured().exception("rest.message.received.failure", text=CANARY))

    assert lines.getvalue() == "ERROR rasa.test rest.message.received.failure [RuntimeError]\n"


log = logging.getLogger("rasa.test")
CALLS = {
    "structured": lambda: structured().error("rest.message.received.timeout", text=CANARY),
    "structured at debug level": lambda: structured().debug("processor.message.parse", parse_data_text=CANARY),
    "structured sentence": lambda: structured().warning(f"event {CANARY}", text=CANARY),
    "structured on a terminal": lambda: on_a_terminal().error("rest.message.received.timeout", text=CANARY),
    "value": lambda: log.error("Could not handle %s", CANARY),
    "named value": lambda: log.error("Could not handle %(text)s", {"text": CANARY}),
    "quoted": lambda: log.warning(f"Received user message '{CANARY}'"),
    "double quoted": lambda: log.warning(f'Received "{CANARY}"'),
    "after a colon": lambda: log.error(f"Failed: {CANARY}"),
    "on the next line": lambda: log.error(f"Traceback\n{CANARY}"),
    "exception": lambda: with_exception(log.exception, "Failed to handle a message."),
    "exception as message": lambda: log.error(ValueError(CANARY)),
    "exception as value": lambda: log.error("Failed with %r", ValueError(CANARY)),
    "broken JSON": lambda: log.error(f'{{"event": "x", "text": "{CANARY}'),
    "JSON that is no object": lambda: log.error(f'{{"event": ["{CANARY}"]}}'),
    "stack": lambda: log.error("Here %s", CANARY, stack_info=True),
    "wrong number of values": lambda: log.error("no place for values", CANARY),
    "values in a set": lambda: log.error({CANARY}),
}


@pytest.mark.parametrize("call", CALLS)
def test_no_line_holds_what_was_written(lines: io.StringIO, call: str) -> None:
    CALLS[call]()

    assert lines.getvalue().count("\n") == 1
    assert CANARY not in lines.getvalue()


def test_the_words_of_the_program_stay(lines: io.StringIO) -> None:
    log.error("Could not handle %s", CANARY)

    assert lines.getvalue() == "ERROR rasa.test Could not handle\n"


def test_the_kind_of_an_error_stays(lines: io.StringIO) -> None:
    with_exception(log.exception, "Failed to handle a message.")

    assert lines.getvalue() == "ERROR rasa.test Failed to handle a message. [RuntimeError]\n"


def test_what_a_formatter_writes_for_an_exception_is_gone_too(lines: io.StringIO) -> None:
    record = logging.getLogger("sanic.error").makeRecord(
        "sanic.error", logging.ERROR, __file__, 1, "Exception occurred while handling uri: %s", (CANARY,), None
    )

    assert logging.Formatter("%(message)s").format(record) == "Exception occurred while handling uri"


def test_a_warning_of_a_library_is_not_shown(lines: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        logs.install()
        warnings.simplefilter("always")
        warnings.warn(f"cannot parse {CANARY}", UserWarning, stacklevel=1)

    out, err = capfd.readouterr()
    assert CANARY not in out + err


def test_what_is_loaded_at_the_start_is_told(lines: io.StringIO) -> None:
    record = logging.getLogger("rasa.core.processor").makeRecord(
        "rasa.core.processor", logging.INFO, __file__, 1, "Loading model %s...", ("model.tar.gz",), None
    )

    assert record.getMessage() == "Loading model model.tar.gz..."


def test_rasa_of_this_project_starts_with_reduced_logs() -> None:
    code = "import logging, runpy, sys; sys.argv = ['rasa', '--version']\n" + (
        "try: runpy.run_module('bot.rasa', run_name='__main__')\nexcept SystemExit: pass\n"
        f"logging.error('after the start %s', '{CANARY}')"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert "after the start" in done.stdout + done.stderr
    assert CANARY not in done.stdout + done.stderr
