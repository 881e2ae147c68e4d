"""The action server: `python -m actions [PORT]`. On loopback only, in one process, with everything read beforehand."""

from __future__ import annotations

import logging
import sys

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.resources import resources
from bot.catalogue import translations
from bot.languages import offered


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5055
    resources()
    for language in offered():
        translations(language)
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app(executor)
    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
