"""The console over HTTP: pages that work as plain forms, and the streams that keep them up to date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from sse_starlette import EventSourceResponse

from bot.conversations.errors import BakenError, HandoffGone, NotYours, UnknownConversation
from bot.desk.accounts import TooManySignIns
from bot.desk.guard import (
    Actor,
    Forged,
    MaybeViewer,
    SignedOut,
    Viewer,
    forget_cookie,
    same_origin,
    set_cookie,
)
from bot.desk.pages import Pages
from bot.desk.service import REPLY_LENGTH, Desk, EmptyReply, ReplyTooLong
from bot.desk.streams import conversation_events, queue_events
from bot.settings import ROOT

_STATIC = ROOT / "web" / "console" / "static"
_STATIC_TYPES = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_PING_S = 15
_SEE_OTHER = 303


def _desk(request: Request) -> Desk:
    return Desk.of(request)


def _pages(request: Request) -> Pages:
    return Pages(request, Desk.of(request).gateway.store.now())


TheDesk = Annotated[Desk, Depends(_desk)]
ThePages = Annotated[Pages, Depends(_pages)]


class _Explained(APIRoute):
    """Answers what goes wrong as a page in the counsellor's language, or as JSON to the console's own script."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except BakenError as error:
                return _explain(request, error)

        return explained


router = APIRouter(prefix="/console", include_in_schema=False, route_class=_Explained)


@router.get("")
async def open_console(desk: TheDesk, pages: ThePages, who: MaybeViewer) -> Response:
    """The queue, or the form to sign in."""
    if who is None:
        return pages.sign_in()
    return pages.desk(who, await desk.queue(who.counsellor_id))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    desk: TheDesk,
    pages: ThePages,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Check the password and start a session."""
    same_origin(request)
    counsellor_id = await desk.accounts.verify(name, password)
    if counsellor_id is None:
        return pages.sign_in(problem="wrong", name=name[:64], status=401)
    response = RedirectResponse("/console", _SEE_OTHER)
    set_cookie(request, response, await desk.sign_ins.open(counsellor_id))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, desk: TheDesk, who: Actor) -> Response:
    """End the session here."""
    await desk.sign_out(who)
    response = RedirectResponse("/console", _SEE_OTHER)
    forget_cookie(request, response)
    return response


@router.get("/conversations/{conversation_id}")
async def read(desk: TheDesk, pages: ThePages, who: MaybeViewer, conversation_id: str) -> Response:
    """A conversation that was handed over, from its first line."""
    if who is None:
        return RedirectResponse("/console", _SEE_OTHER)
    opened = await desk.open(conversation_id)
    return pages.desk(who, await desk.queue(who.counsellor_id), opened)


@router.post("/handoffs/{handoff_id}/claim")
async def claim(request: Request, desk: TheDesk, who: Actor, handoff_id: int) -> Response:
    """Take somebody who waits."""
    conversation_id = await desk.claim(handoff_id, who)
    return _done(request, conversation_id, {"conversation": conversation_id})


@router.post("/conversations/{conversation_id}/messages")
async def reply(
    request: Request,
    desk: TheDesk,
    who: Actor,
    conversation_id: str,
    client_id: Annotated[str, Form(pattern="^[A-Za-z0-9-]{1,48}$")],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Write to the person."""
    seq = await desk.reply(conversation_id, who, client_id, text)
    return _done(request, conversation_id, {"seq": seq})


@router.post("/conversations/{conversation_id}/hand-back")
async def hand_back(request: Request, desk: TheDesk, who: Actor, conversation_id: str) -> Response:
    """Let the program answer again."""
    await desk.hand_back(conversation_id, who)
    return _done(request, conversation_id, {})


@router.post("/conversations/{conversation_id}/close")
async def close(request: Request, desk: TheDesk, who: Actor, conversation_id: str) -> Response:
    """End the conversation."""
    await desk.close(conversation_id, who)
    return _done(request, conversation_id, {})


@router.get("/events")
async def watch_queue(desk: TheDesk, pages: ThePages, who: Viewer) -> EventSourceResponse:
    """The queue as server-sent events."""
    return EventSourceResponse(queue_events(desk, who, pages), ping=_PING_S, headers=_STREAM_HEADERS)


@router.get("/conversations/{conversation_id}/events")
async def watch_conversation(
    desk: TheDesk,
    pages: ThePages,
    who: Viewer,
    conversation_id: str,
    after: Annotated[int, Query(ge=0, description="the last line already shown")] = 0,
    last_event_id: Annotated[str, Header()] = "0",
) -> EventSourceResponse:
    """One conversation as server-sent events, with the queue."""
    await desk.entry(conversation_id)
    seen = max(after, int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 16 else 0)
    return EventSourceResponse(
        conversation_events(desk, who, pages, conversation_id, seen), ping=_PING_S, headers=_STREAM_HEADERS
    )


@router.get("/static/{name}")
async def static(name: str) -> Response:
    """One of the console's own files; the table of types is also the list of what there is."""
    media_type = _STATIC_TYPES.get(name)
    if media_type is None:
        return Response(status_code=404)
    return FileResponse(_STATIC / name, media_type=media_type, headers={"Cache-Control": "no-cache"})


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _done(request: Request, conversation_id: str, data: dict[str, Any]) -> Response:
    if _wants_json(request):
        return JSONResponse(data)
    return RedirectResponse(f"/console/conversations/{conversation_id}", _SEE_OTHER)


def _explain(request: Request, error: BakenError) -> Response:
    pages = _pages(request)
    t = pages.texts
    conversation_id: str | None = request.path_params.get("conversation_id")
    text: str
    match error:
        case SignedOut():
            status, code, text = 401, "signed_out", t["ended"]
        case Forged():
            status, code, text = 403, "forged", t["not_from_here"]
        case TooManySignIns():
            status, code, text = 429, "slow_down", t["slow_down"]
        case HandoffGone(holder=str() as holder):
            status, code, text = 409, "handoff_gone", t["taken"].format(name=holder)
        case HandoffGone():
            status, code, text = 409, "handoff_gone", t["taken_nobody"]
        case NotYours():
            status, code, text = 403, "not_yours", t["not_yours"]
        case EmptyReply():
            status, code, text = 422, "empty", t["empty"]
        case ReplyTooLong():
            status, code, text = 422, "too_long", t["too_long"].format(n=REPLY_LENGTH)
        case UnknownConversation():
            status, code, text, conversation_id = 404, "unknown_conversation", t["erased"], None
        case _:
            raise error
    if _wants_json(request):
        held_by = error.holder if isinstance(error, HandoffGone) else None
        return JSONResponse({"error": code, "text": text, "holder": held_by}, status_code=status)
    if isinstance(error, SignedOut):
        return pages.sign_in(problem="ended", status=status)
    if isinstance(error, TooManySignIns):
        response: Response = pages.sign_in(problem="slow_down", status=status)
        response.headers["Retry-After"] = str(TooManySignIns.retry_after_s)
        return response
    return pages.problem(text, status, conversation_id=conversation_id)
