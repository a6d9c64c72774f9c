"""What a client of a resumable stream must remember, without any I/O.

Events go in, what to show comes out. Across broken connections every piece of text comes out
exactly once: the server goes on after `cursor`, and where it begins a reply anew, the part that
was shown already is passed over.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

type Frame = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """Something to show. `end` closes a reply; `refused` closes a message that got none."""

    kind: Literal["text", "reasoning", "title", "end", "failed", "refused"]
    text: str = ""


@dataclass
class _Text:
    """One growing text: what was shown, and how far the server has come in repeating it."""

    shown: str = ""
    repeated: str | None = None

    def begin_again(self) -> None:
        self.repeated = ""

    def add(self, piece: str) -> str:
        """The part of the text that `piece` brings and that was not shown yet."""
        if self.repeated is None:
            self.shown += piece
            return piece
        self.repeated += piece
        if self.shown.startswith(self.repeated):
            return ""
        known = self.shown if self.repeated.startswith(self.shown) else ""
        fresh = self.repeated[len(known) :]
        self.shown, self.repeated = self.repeated, None
        return fresh


@dataclass
class ReplyStream:
    """One conversation as one reader sees it; at most one message of their own under way."""

    cursor: str | None = None
    last_reply_id: int | None = None
    last_message: tuple[int, str] | None = None
    _pending: Frame | None = None
    _reply_id: int | None = None
    _own_reply_id: int | None = None
    _ended_id: int | None = None
    _texts: dict[str, _Text] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether a message of ours still waits for the end of its reply."""
        return self._pending is not None

    @property
    def _client_id(self) -> str | None:
        return self._pending["client_id"] if self._pending else None

    def message(self, content: str) -> Frame:
        """The frame that sends `content`. It may be sent again: its `client_id` stays."""
        return self.ask({"type": "message", "content": content})

    def ask(self, act: Frame) -> Frame:
        """The frame of an act that has a reply written, of whatever type."""
        self._pending = {**act, "client_id": secrets.token_urlsafe(12)}
        self._own_reply_id = None
        return self._pending

    def unacknowledged(self) -> Frame | None:
        """The frame to send on a new connection, None when the cursor alone resumes the reply.

        A reply of which no text has come has no cursor yet: its message is sent again, which
        attaches to the reply that runs or has ended meanwhile.
        """
        resumes = self._own_reply_id is not None and any(t.shown for t in self._texts.values())
        return None if resumes else self._pending

    def receive(self, event: Frame) -> list[Shown]:
        """What `event` lets the reader see. Events of unknown types are passed over."""
        if isinstance(event.get("id"), str):
            self.cursor = event["id"]
        match event.get("type"):
            case "start":
                self._start(event)
            case "chunk":
                return self._piece("text", event["content"])
            case "reasoning":
                return self._piece("reasoning", event["content"])
            case "done":
                return self._end(event, Shown("end", event.get("finish_reason") or ""))
            case "error":
                return self._error(event)
            case "title":
                return [Shown("title", event["title"])]
        return []

    def _start(self, event: Frame) -> None:
        reply_id = self.last_reply_id = event["message"]["id"]
        said = event["user_message"]
        self.last_message = said["id"], said.get("content", "")
        if reply_id != self._reply_id:
            self._reply_id = reply_id
            self._texts = {}
        elif not event.get("resumed"):
            for text in self._texts.values():
                text.begin_again()
        if self._pending and event.get("client_id") == self._client_id:
            self._own_reply_id = reply_id

    def _piece(self, kind: Literal["text", "reasoning"], piece: str) -> list[Shown]:
        fresh = self._texts.setdefault(kind, _Text()).add(piece)
        return [Shown(kind, fresh)] if fresh else []

    def _end(self, event: Frame, shown: Shown) -> list[Shown]:
        if event["message_id"] == self._own_reply_id:
            self._pending = None
        repeated = event["message_id"] == self._ended_id
        self._ended_id = event["message_id"]
        return [] if repeated else [shown]

    def _error(self, event: Frame) -> list[Shown]:
        if event.get("message_id") is not None:
            return self._end(event, Shown("failed", event["message"]))
        if event.get("code") in ("server_restarting", "invalid_token"):
            return []  # the connection closes next; the message is sent again on the new one
        if event.get("client_id") in (None, self._client_id):
            self._pending = None
        return [Shown("refused", event["message"])]
