"""The gateway as an ASGI application: the front door of everything."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.body_limit import BodyLimit
from bot.channels import page, web
from bot.channels.telegram import webhook
from bot.channels.telegram.channel import telegram
from bot.conversations.errors import HandoffGone, NotYours, TooManyMessages, UnknownConversation
from bot.conversations.hub import Hub
from bot.conversations.rasa import Brain, Rasa
from bot.conversations.retention import sweep_for_ever
from bot.conversations.router import Router
from bot.conversations.store import Store
from bot.database import migrate, open_engine, open_sessions
from bot.desk.abandoned import release_for_ever
from bot.desk.presence import count_present
from bot.desk.routes import router as desk_router
from bot.encryption import MasterKey
from bot.gateway import Gateway
from bot.settings import ROOT, Settings

log = logging.getLogger(__name__)

WEB = ROOT / "web"

# At lower levels these log what they carry: texts, addresses, URLs with secrets.
_TALKATIVE = (
    *("aiosqlite", "alembic", "httpcore", "httpx", "multipart", "python_multipart", "sse_starlette", "telegram"),
    "uvicorn.access",
)

# Telegram's updates are the largest; a message of a person has at most 4096 characters.
_MOST_BODY_BYTES = 1_000_000

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": _PAGE_POLICY,
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """Adds the headers that every answer carries, unless the answer brings its own."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def create_app(settings: Settings, *, brain: Brain | None = None) -> FastAPI:
    """Build the application. `brain` replaces Rasa where a test needs another one.

    Libraries that would log what people write are held at warnings, whatever level the root logger has.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings.data.mkdir(parents=True, exist_ok=True)
        engine = open_engine(settings.database_url)
        await migrate(engine)
        sessions = open_sessions(engine)
        master_key = MasterKey.load_or_create(settings.master_key_file)
        store, hub = Store(sessions, master_key), Hub()
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
            mind = brain or Rasa(client, settings.rasa_url, settings.actions_url, timeout_s=settings.give_up_s)
            router = Router(
                store,
                hub,
                mind,
                deadline_s=settings.answer_deadline_s,
                give_up_s=settings.give_up_s,
                count_present=lambda: count_present(sessions, store.now()),
                desk_hours=settings.desk_hours,
            )
            gateway = Gateway(settings, engine, master_key, store, hub, mind, router)
            app.state.gateway = gateway
            stack.push_async_callback(router.stop)
            await router.resume()
            sweeper = asyncio.create_task(
                sweep_for_ever(timedelta(hours=settings.retention_h), store=store, router=router, hub=hub)
            )
            stack.callback(sweeper.cancel)
            releaser = asyncio.create_task(release_for_ever(store, hub))
            stack.callback(releaser.cancel)
            await stack.enter_async_context(telegram(gateway))
            yield

    app = FastAPI(
        title="Baken gateway",
        summary="Conversations with people who may be victims of human trafficking, and their handoff to counsellors.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        max_age=600,
    )
    app.add_middleware(BodyLimit, most_bytes=_MOST_BODY_BYTES)
    app.add_middleware(SecurityHeaders)
    app.include_router(web.router)
    app.include_router(page.router)
    app.include_router(webhook.router)
    app.include_router(desk_router)
    _add_errors(app)
    _add_pages(app)
    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(UnknownConversation)
    async def unknown(request: Request, error: UnknownConversation) -> Response:
        return JSONResponse({"error": "unknown_conversation"}, status_code=404)

    @app.exception_handler(TooManyMessages)
    async def too_many(request: Request, error: TooManyMessages) -> Response:
        headers = {"Retry-After": str(error.retry_after_s)}
        return JSONResponse({"error": "too_many_messages"}, status_code=429, headers=headers)

    @app.exception_handler(HandoffGone)
    async def gone(request: Request, error: HandoffGone) -> Response:
        return JSONResponse({"error": "handoff_gone", "holder": error.holder}, status_code=409)

    @app.exception_handler(NotYours)
    async def not_yours(request: Request, error: NotYours) -> Response:
        return JSONResponse({"error": "not_yours"}, status_code=403)

    @app.exception_handler(SQLAlchemyError)
    async def database(request: Request, error: SQLAlchemyError) -> Response:
        # Better not accepted than accepted and lost: the sender keeps the message and tries again.
        log.error("database_unavailable error=%s", type(error).__name__)
        return JSONResponse({"error": "try_again"}, status_code=503, headers={"Retry-After": "2"})


def _add_pages(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operation"])
    async def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "alive"}

    @app.get("/readyz", tags=["operation"])
    async def readyz(request: Request, response: Response) -> dict[str, bool]:
        """Whether a message would be answered now: 200, else 503 and what is missing."""
        gateway = Gateway.of(request)
        try:
            async with gateway.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
            database = True
        except SQLAlchemyError:
            database = False
        state = {"database": database, "rasa": await gateway.brain.is_ready()}
        response.status_code = 200 if all(state.values()) else 503
        return state

    def public(name: str, media_type: str, folder: str) -> None:
        path = WEB / folder / name

        async def serve() -> FileResponse:
            headers = {"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "cross-origin"}
            return FileResponse(path, media_type=media_type, headers=headers)

        app.get(f"/{name}", include_in_schema=False)(serve)

    public("widget.js", "text/javascript", "widget")
    public("demo.css", "text/css", "widget")
