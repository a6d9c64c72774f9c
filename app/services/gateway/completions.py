"""Chat completions on their way to a program, as they are or piece by piece. Without I/O."""

import json
import secrets
import time
from abc import abstractmethod
from typing import Any

import orjson

from app.errors import UpstreamBadResponse, UpstreamInterrupted
from app.services.gateway.outgoing import OutgoingPieces
from app.services.gateway.whitelist import counts_in, message_of, said_in
from app.services.upstream.counts import TokenCounts, counts_of
from app.services.upstream.failures import failure_in
from app.services.upstream.payloads import PayloadReader
from app.services.upstream.transport import Body

ANSWER_MAX_BYTES = 16 * 1024 * 1024
"""Of an answer that comes whole."""
PER_TEXT_BYTE = 6
"""See JSON_BYTES_PER_TEXT_BYTE, by which the limit of a whole answer is set."""
AFTER_FINISH_SECONDS = 10.0
AFTER_USAGE_SECONDS = 3.0
DONE = b"data: [DONE]\n\n"
AFTER_TEXT = b'},"finish_reason":null}]'


def as_json(value: Any) -> bytes:
    """JSON, also of half a surrogate pair, which servers send where they cut a character in two."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


class AnswerReader(PayloadReader):
    """What all answers have in common: their limits, and what was counted."""

    def __init__(self, line_max_bytes: int) -> None:
        super().__init__(line_max_bytes, ANSWER_MAX_BYTES // PER_TEXT_BYTE)
        self.counts: TokenCounts | None = None
        self.has_text = False
        self.first_text_at: float | None = None
        self._said: list[str] = []

    def taken_from(self, body: Body) -> None:
        """Its bytes come from here."""

    @property
    def progress(self) -> tuple[int, int]:
        """Changes with every byte that comes."""
        return self.events, self._textless_bytes

    @property
    def grace_seconds(self) -> float | None:
        """How long one that has finished may still bring nothing."""
        if not self.is_finishing:
            return None
        return AFTER_FINISH_SECONDS if self.counts is None else AFTER_USAGE_SECONDS

    @property
    def may_end(self) -> bool:
        """Whether one that breaks off here is whole all the same."""
        return self.is_finishing or self.is_done

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self._is_completion and self.may_end

    @property
    def said(self) -> str:
        """Its text."""
        return "".join(self._said)

    def finish(self) -> None:
        """Takes the end of the stream; UpstreamInterrupted where it was cut."""
        self.close()
        if not self.is_whole:
            raise UpstreamInterrupted if self._is_completion else UpstreamBadResponse

    def _heard(self, texts: list[str]) -> None:
        if texts := [text for text in texts if text]:
            self._said += texts
            self._textless_bytes = 0
            if not self.has_text:
                self.has_text = True
                self.first_text_at = time.perf_counter()

    def _payload(self, payload: Any) -> None:
        if isinstance(payload, list) and len(payload) == 1:
            payload = payload[0]  # as Gemini wraps its errors
        if not isinstance(payload, dict):
            return
        if payload.get("error") or payload.get("object") == "error":
            raise failure_in(payload.get("error") or payload)
        self.events += 1
        self._take(payload)

    @abstractmethod
    def _take(self, payload: dict[str, Any]) -> None:
        """Take the next object that is no error."""


class StreamedCompletion(AnswerReader):
    """A completion that is streamed: its chunks, made anew, go out as they come.

    `name`: what the program calls the model; `wants_usage`: it has asked for a chunk of counts.
    """

    def __init__(
        self, outgoing: OutgoingPieces, name: str, wants_usage: bool, line_max_bytes: int
    ) -> None:
        super().__init__(line_max_bytes)
        self._outgoing = outgoing
        self._wants_usage = wants_usage
        self._head = {
            "id": f"chatcmpl-{secrets.token_urlsafe(18)}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": name,
        }
        self._open: set[int] = set()
        # A piece that holds some text and nothing else, as nearly all do: the same all around it.
        head = as_json(self._head)[:-1]
        before = b',"choices":[{"index":0,"delta":{"content":'
        self._before = b"data: " + head + before
        self._usage = b',"usage":null' if wants_usage else b""

    def taken_from(self, body: Body) -> None:
        """Its bytes come from here, and wait where the client does not read."""
        self._outgoing.hold_up, self._outgoing.go_on = body.hold_up, body.go_on

    def finish(self) -> None:
        super().finish()
        self._outgoing.put(DONE)

    def _take(self, payload: dict[str, Any]) -> None:
        choices = payload.get("choices")
        usage = payload.get("usage")
        if usage:
            self.counts = counts_of(usage) or self.counts
        elif text := _text_alone(choices):
            self._is_completion = True
            self._pass_text(text, "usage" in payload)
            return
        if not isinstance(choices, list):
            return
        self._is_completion = True
        if not choices and not self._wants_usage:
            return
        chunk = {
            **self._head,
            "choices": [self._choice(choice) for choice in choices if isinstance(choice, dict)],
        }
        if self._wants_usage and "usage" in payload:
            chunk["usage"] = counts_in(usage)
        self._outgoing.put(b"data: " + as_json(chunk) + b"\n\n")

    def _pass_text(self, text: str, has_usage: bool) -> None:
        if self.has_text:
            self._said.append(text)
            self._textless_bytes = 0
        else:
            self._heard([text])
        self._open.add(0)
        self.is_finishing = False
        usage = self._usage if has_usage else b""
        self._outgoing.put(self._before + as_json(text) + AFTER_TEXT + usage + b"}\n\n")

    def _choice(self, choice: dict[str, Any]) -> dict[str, Any]:
        delta = choice.get("delta")
        if delta is None and "message" in choice:  # a whole completion in place of pieces
            delta = choice["message"]
            _number_calls(delta)
        piece = message_of(delta)
        self._heard(said_in(piece))
        index, reason = _index(choice), choice.get("finish_reason")
        if reason:
            self._open.discard(index)
            self.is_finishing = not self._open
        elif piece:
            self._open.add(index)
            self.is_finishing = False
        found = {"index": index, "delta": piece, "finish_reason": reason}
        if "logprobs" in choice:
            found["logprobs"] = choice["logprobs"]
        return found


class WholeCompletion(AnswerReader):
    """A completion that comes as a whole, made anew in `answer`."""

    def __init__(self, name: str, line_max_bytes: int) -> None:
        super().__init__(line_max_bytes)
        self._name = name
        self.answer: dict[str, Any] = {}

    def _take(self, payload: dict[str, Any]) -> None:
        choices = payload.get("choices")
        if not isinstance(choices, list) or not all(
            isinstance(choice, dict) and isinstance(choice.get("message"), dict)
            for choice in choices
        ):
            return
        self._is_completion = self.is_finishing = True
        usage = payload.get("usage")
        self.counts = counts_of(usage)
        created = payload.get("created")
        self.answer = {
            "id": f"chatcmpl-{secrets.token_urlsafe(18)}",
            "object": "chat.completion",
            "created": created if isinstance(created, int) else int(time.time()),
            "model": self._name,
            "choices": [self._choice(choice) for choice in choices],
        }
        if usage is not None:
            self.answer["usage"] = counts_in(usage)

    def _choice(self, choice: dict[str, Any]) -> dict[str, Any]:
        message = message_of(choice["message"])
        self._heard(said_in(message))
        found = {
            "index": _index(choice),
            "message": message,
            "finish_reason": choice.get("finish_reason"),
        }
        if "logprobs" in choice:
            found["logprobs"] = choice["logprobs"]
        return found


def _text_alone(choices: Any) -> str | None:
    """The text of a piece that holds nothing else."""
    if not isinstance(choices, list) or len(choices) != 1:
        return None
    choice = choices[0]
    if not isinstance(choice, dict) or choice.get("finish_reason", "") is not None:
        return None
    delta = choice.get("delta")
    if choice.get("index") != 0 or "logprobs" in choice or not isinstance(delta, dict):
        return None
    text = delta.get("content") if len(delta) == 1 else None
    return text if isinstance(text, str) else None


def _index(choice: dict[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _number_calls(message: Any) -> None:
    """Pieces of calls are told apart by their numbers, which a whole message has none of."""
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            call.setdefault("index", number)
