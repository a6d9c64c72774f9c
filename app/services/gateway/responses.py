"""Answers of the Responses API on their way to a program. Without I/O."""

import re
import secrets
from typing import Any

from app.services.gateway.completions import AnswerReader, as_json
from app.services.gateway.outgoing import OutgoingPieces
from app.services.gateway.whitelist import counts_in
from app.services.upstream.counts import TokenCounts, counts_of
from app.services.upstream.failures import failure_in
from app.services.upstream.transport import Body

RESPONSE_FIELDS = (
    "created_at",
    "completed_at",
    "status",
    "incomplete_details",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "parallel_tool_calls",
    "previous_response_id",
    "reasoning",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
)
EVENT_FIELDS = (
    "type",
    "sequence_number",
    "output_index",
    "item_id",
    "item",
    "content_index",
    "part",
    "summary_index",
    "annotation_index",
    "annotation",
    "delta",
    "text",
    "refusal",
    "name",
    "arguments",
    "input",
    "code",
    "logprobs",
    "partial_image_b64",
    "partial_image_index",
)
EVENT = re.compile(r"response\.[a-z_.]{1,80}")
ENDINGS = ("completed", "incomplete", "failed", "cancelled")
COUNT_NAMES = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}


def counts_of_response(usage: Any) -> TokenCounts | None:
    """The counts in a `usage` object, whose parts have names of their own here."""
    if not isinstance(usage, dict):
        return None
    return counts_of({COUNT_NAMES.get(name, name): value for name, value in usage.items()})


class _ResponseReader(AnswerReader):
    """What both ways of answering have in common."""

    def __init__(self, name: str, line_max_bytes: int) -> None:
        super().__init__(line_max_bytes)
        self._name = name
        self._id = f"resp_{secrets.token_hex(24)}"

    def _response(self, value: dict[str, Any]) -> dict[str, Any]:
        """A response, made anew; what it used is counted."""
        usage = value.get("usage")
        self.counts = counts_of_response(usage) or self.counts
        output = value.get("output")
        error = value.get("error")
        found = {
            "id": self._id,
            "object": "response",
            "model": self._name,
            "output": output if isinstance(output, list) else [],
            "store": False,
            "metadata": {},
            "error": None if error is None else _error(error),
            "usage": counts_in(usage),
        }
        return found | {name: value[name] for name in RESPONSE_FIELDS if name in value}


class WholeResponse(_ResponseReader):
    """A response that comes as a whole, made anew in `answer`."""

    def __init__(self, name: str, line_max_bytes: int) -> None:
        super().__init__(name, line_max_bytes)
        self.answer: dict[str, Any] = {}

    def _payload(self, payload: Any) -> None:
        # A response that has failed is one, with its error in it.
        if isinstance(payload, dict) and isinstance(payload.get("output"), list):
            self.events += 1
            self._take(payload)
        else:
            super()._payload(payload)

    def _take(self, payload: dict[str, Any]) -> None:
        if not isinstance(payload.get("output"), list):
            return
        self._is_completion = self.is_finishing = True
        self.answer = self._response(payload)
        self._heard([text for item in payload["output"] for text in _texts(item)])


class StreamedResponse(_ResponseReader):
    """A response that is streamed: its events, made anew, go out as they come."""

    def __init__(self, outgoing: OutgoingPieces, name: str, line_max_bytes: int) -> None:
        super().__init__(name, line_max_bytes)
        self._outgoing = outgoing

    def taken_from(self, body: Body) -> None:
        """Its bytes come from here, and wait where the client does not read."""
        self._outgoing.hold_up, self._outgoing.go_on = body.hold_up, body.go_on

    def _take(self, payload: dict[str, Any]) -> None:
        kind = payload.get("type")
        if kind == "error":
            raise failure_in(payload)
        if not isinstance(kind, str) or not EVENT.fullmatch(kind):
            return
        self._is_completion = True
        event = {name: payload[name] for name in EVENT_FIELDS if name in payload}
        response = payload.get("response")
        if isinstance(response, dict):
            event["response"] = self._response(response)
        if kind.endswith(".delta") and isinstance(delta := payload.get("delta"), str):
            self._heard([delta])
        data = b"event: " + kind.encode() + b"\ndata: " + as_json(event) + b"\n\n"
        self._outgoing.put(data)
        if kind.rpartition(".")[2] in ENDINGS and isinstance(response, dict):
            self.is_finishing = self.is_done = True


def _error(error: Any) -> dict[str, str]:
    """Why a response failed, in words of ours."""
    failure = failure_in(error)
    return {"code": failure.code, "message": failure.text("en")}


def _texts(item: Any) -> list[str]:
    """The texts of an item of the output."""
    if not isinstance(item, dict):
        return []
    parts = [item, *(part for part in item.get("content") or () if isinstance(part, dict))]
    names = ("text", "refusal", "arguments", "input")
    return [text for part in parts for name in names if isinstance(text := part.get(name), str)]
