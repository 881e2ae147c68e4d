"""Who may ask the console for what: the cookie, the CSRF token, and where a request comes from."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, Header, Request, Response

from bot.conversations.errors import BakenError
from bot.desk.service import Desk
from bot.desk.sessions import ABSOLUTE_LIMIT, SignedIn

COOKIE = "baken_console"
_PATH = "/console"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SignedOut(BakenError):
    """There is no session, or it has ended; 401."""


class Forged(BakenError):
    """The request comes from another site, or without the session's token; 403."""


def same_origin(request: Request) -> None:
    """Check what the browser says about where a request comes from. Raises Forged.

    Browsers send at least one of the two with every POST; a program that sends neither has no counsellor's cookie.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Forged
    origin = request.headers.get("origin")
    # The host alone: behind a proxy that ends TLS the scheme here is not the browser's.
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forged


async def maybe_signed_in(request: Request) -> SignedIn | None:
    """The session of the request's cookie, if it has one that holds."""
    token = request.cookies.get(COOKIE)
    return await Desk.of(request).sign_ins.find(token) if token else None


async def signed_in(who: Annotated[SignedIn | None, Depends(maybe_signed_in)]) -> SignedIn:
    """As `maybe_signed_in`. Raises SignedOut."""
    if who is None:
        raise SignedOut
    return who


async def acting(
    request: Request,
    who: Annotated[SignedIn, Depends(signed_in)],
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> SignedIn:
    """Who does something: signed in, from the console itself, with its token. Raises SignedOut, Forged."""
    same_origin(request)
    given = (x_csrf_token or csrf).encode("utf-8", "replace")
    if not secrets.compare_digest(given, who.csrf_token.encode("ascii")):
        raise Forged
    return who


Viewer = Annotated[SignedIn, Depends(signed_in)]
MaybeViewer = Annotated[SignedIn | None, Depends(maybe_signed_in)]
Actor = Annotated[SignedIn, Depends(acting)]


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser its session. Only a loopback address may do without TLS."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        path=_PATH,
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def forget_cookie(request: Request, response: Response) -> None:
    """Take the session back."""
    response.delete_cookie(COOKIE, path=_PATH, secure=_is_secure(request), httponly=True, samesite="strict")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or request.url.hostname not in _LOOPBACK
