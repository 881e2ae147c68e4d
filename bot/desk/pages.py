"""Turns what the desk knows into HTML. Whatever people wrote is escaped; only our own tags are marked as safe."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.conversations.models import HandoffState, Sender
from bot.conversations.store import Stored
from bot.desk.queue import Entry, Queue
from bot.desk.service import REPLY_LENGTH, Opened
from bot.desk.sessions import SignedIn
from bot.desk.texts import preferred, texts
from bot.settings import ROOT

_BRUSSELS = ZoneInfo("Europe/Brussels")
# The pages post to themselves; with the stricter policy of the rest the browser would hide where from, and the
# check of the origin would have nothing to check.
_HEADERS = {"Referrer-Policy": "same-origin"}

_templates = Environment(
    loader=FileSystemLoader(ROOT / "web" / "console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Pages:
    """The console's pages for one request, in the browser's language."""

    def __init__(self, request: Request, now: datetime) -> None:
        """`now` is the desk's time, for waiting times."""
        self.language = preferred(request.headers.get("accept-language", ""))
        self.texts = texts(self.language)
        self._now = now

    def at(self, now: datetime) -> Pages:
        """The same at a later time: a stream outlives the moment it was asked for."""
        self._now = now
        return self

    def sign_in(self, *, problem: str | None = None, name: str = "", status: int = 200) -> HTMLResponse:
        """The form; `problem` is the key of a text."""
        return self._page("sign_in.html", status, problem=self.texts[problem] if problem else None, name=name)

    def desk(self, who: SignedIn, queue: Queue, opened: Opened | None = None, *, problem: str = "") -> HTMLResponse:
        """The queue, and one conversation beside it."""
        conversation = None
        if opened is not None:
            conversation = {
                **self._conversation(who, opened.entry),
                "messages": [self._message(message) for message in opened.messages],
                "last_seq": opened.messages[-1].seq if opened.messages else 0,
            }
        return self._page(
            "desk.html", 200, who=who, queue=self._queue(queue, opened), conversation=conversation, problem=problem
        )

    def problem(self, text: str, status: int, *, conversation_id: str | None = None) -> HTMLResponse:
        """A page that says what went wrong and leads back."""
        return self._page("problem.html", status, problem=text, conversation_id=conversation_id)

    def queue_part(self, queue: Queue, opened: Opened | None = None) -> str:
        """The queue alone, for the event stream."""
        return self._render("_queue.html", queue=self._queue(queue, opened))

    def message_part(self, message: Stored) -> str:
        """One bubble, for the event stream."""
        return self._render("_message.html", message=self._message(message))

    def status_part(self, who: SignedIn, entry: Entry) -> str:
        """What stands above a conversation."""
        return self._render("_status.html", who=who, conversation=self._conversation(who, entry))

    def composer_part(self, who: SignedIn, entry: Entry) -> str:
        """What stands below a conversation: where to write, or why not."""
        return self._render("_composer.html", who=who, conversation=self._conversation(who, entry))

    @staticmethod
    def state_key(entry: Entry) -> str:
        """Changes whenever the parts above and below a conversation do."""
        return f"{entry.handoff_id}-{entry.state}-{entry.holder_id}-{entry.urgency}-{entry.topic}-{entry.language}"

    def _page(self, template: str, status: int, **values: Any) -> HTMLResponse:
        return HTMLResponse(self._render(template, **values), status_code=status, headers=_HEADERS)

    def _render(self, template: str, **values: Any) -> str:
        return _templates.get_template(template).render(t=self.texts, language=self.language, **values)

    def _queue(self, queue: Queue, opened: Opened | None) -> dict[str, Any]:
        current = opened.entry.conversation_id if opened else None
        groups = (("waiting", queue.waiting), ("mine", queue.mine), ("others", queue.others))
        return {
            "waiting": len(queue.waiting),
            "groups": [
                (key, [{**self._entry(entry), "is_current": entry.conversation_id == current} for entry in entries])
                for key, entries in groups
            ],
        }

    def _entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.conversation_id,
            "handoff_id": entry.handoff_id,
            "state": entry.state,
            "urgency": int(entry.urgency),
            "urgency_word": self.texts[f"urgency_{int(entry.urgency)}"],
            "topic": (entry.topic or "").replace("_", " ").capitalize() or self.texts["no_topic"],
            "language": self._language_name(entry.language),
            "since": entry.requested_at.isoformat(timespec="seconds"),
            "waited": self.texts["minutes"].format(n=entry.waited_min(self._now)),
            "holder": entry.holder,
            "awaits_reply": entry.awaits_reply,
        }

    def _conversation(self, who: SignedIn, entry: Entry) -> dict[str, Any]:
        is_mine = entry.is_with(who.counsellor_id)
        if entry.state == HandoffState.WAITING:
            locked = self.texts["locked_waiting"]
        elif entry.state == HandoffState.CLOSED:
            locked = self.texts["locked_closed"]
        elif entry.holder is None:
            locked = self.texts["locked_nobody"]
        else:
            locked = self.texts["locked_other"].format(name=entry.holder)
        return {
            **self._entry(entry),
            "key": self.state_key(entry),
            "is_mine": is_mine,
            "is_waiting": entry.state == HandoffState.WAITING,
            "is_closed": entry.state == HandoffState.CLOSED,
            "locked": None if is_mine else locked,
            "since_line": self._since_line(entry),
            # A form that is sent twice is one message.
            "client_id": secrets.token_hex(12),
            "most": REPLY_LENGTH,
        }

    def _since_line(self, entry: Entry) -> Markup:
        """How long ago the person asked, as a whole sentence around a time that the page's script keeps current."""
        sentence = escape(self.texts["waits" if entry.state == HandoffState.WAITING else "asked"])
        values = self._entry(entry)
        time = Markup('<time class="since" datetime="{}">{}</time>').format(values["since"], values["waited"])
        return sentence.format(waited=time)

    def _message(self, message: Stored) -> dict[str, Any]:
        return {
            "seq": message.seq,
            "sender": message.sender.value,
            "who": self.texts[message.sender.value],
            "text": message.body.text,
            "language": message.language if message.sender is not Sender.PERSON else None,
            "at": message.at.astimezone(_BRUSSELS).strftime("%H:%M"),
            "buttons": [button.title for button in message.body.buttons],
            "services": [_service(service) for service in message.body.services],
        }

    def _language_name(self, code: str | None) -> str:
        if code is None:
            return self.texts["no_language"]
        name = str(Locale.parse(self.language).languages.get(code, code))
        return name[:1].upper() + name[1:]


def _service(service: dict[str, Any]) -> str:
    """A service in one line: its name and its numbers."""
    phones = service.get("phones")
    numbers = [str(p["number"]) for p in phones if isinstance(p, dict) and p.get("number")] if phones else []
    return " · ".join([str(service.get("name") or service.get("id") or "?"), *numbers])
