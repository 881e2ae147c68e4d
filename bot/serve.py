"""Serves the gateway; `./baken up` runs this as one of its processes."""

from __future__ import annotations

import logging
import sys
from types import FrameType

import uvicorn

from bot.app import create_app
from bot.gateway import Gateway
from bot.settings import Settings, SettingsError


class Server(uvicorn.Server):
    """Ends open event streams when it is told to stop: they would otherwise hold it up until its time limit."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT came."""
        app = self.config.app
        gateway = getattr(getattr(app, "state", None), "gateway", None)
        if isinstance(gateway, Gateway):
            gateway.stop_streams()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )
    Server(config).run()


if __name__ == "__main__":
    main()
