"""The parameters that a person has set reach the model's server, and nothing that nobody set."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.config import Settings
from app.schemas.params import Params
from app.services.ai_service import AiService, Endpoint
from app.services.conversations.titles import INSTRUCTION
from app.services.upstream.parameters import Tuning
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

HELLO = [{"role": "user", "content": "hello"}]
PLAIN: dict[str, Any] = {
    "messages": HELLO,
    "stream": True,
    "stream_options": {"include_usage": True},
}
"""A request for a reply, without its model."""
ALL: Params = {
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 100,
    "stop": ["\n\n", "人："],
    "seed": -7,
    "presence_penalty": -2.0,
    "frequency_penalty": 2.0,
    "reasoning_effort": "xhigh",
    "extra": {"top_k": 5, "thinking": {"type": "disabled"}, "user": None, "id": 10**40},
}


@pytest.fixture
async def ai(upstream: ScriptedUpstream) -> AsyncIterator[AiService]:
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=[upstream.host]))
    yield ai
    await ai.aclose()


async def ask(
    ai: AiService, upstream: ScriptedUpstream, model: str, tuning: Tuning | None = None
) -> str:
    """What the model says."""
    said: list[str] = []
    endpoint = Endpoint(upstream.url, model, "")
    await ai.stream_reply(endpoint, HELLO, lambda _, text: said.append(text), 0, tuning)
    return "".join(said)


def bodies(upstream: ScriptedUpstream) -> list[dict[str, Any]]:
    """What of the requests for replies was set by somebody."""
    return [
        {name: value for name, value in reply.body.items() if name not in (*PLAIN, "model")}
        for reply in upstream.replies
    ]


@pytest.mark.parametrize("params", [None, {}])
async def test_nothing_is_sent_that_nobody_has_set(
    ai: AiService, upstream: ScriptedUpstream, params: Params | None
) -> None:
    await ask(ai, upstream, "echo", None if params is None else Tuning(params))
    assert upstream.requests[0].body == {"model": "echo", **PLAIN}


@pytest.mark.parametrize("names", [[name] for name in ALL] + [[*ALL], ["seed", "extra"]])
async def test_what_is_set_is_sent_as_it_was_set(
    ai: AiService, upstream: ScriptedUpstream, names: list[str]
) -> None:
    params = {name: ALL[name] for name in names}
    tuning = Tuning(params)
    assert await ask(ai, upstream, "echo", tuning) == "You said: hello"
    fields = {**params.pop("extra", {}), **params}
    assert upstream.requests[0].body == {"model": "echo", **PLAIN, **fields}
    assert tuning.sent == {name: ALL[name] for name in names}


async def test_they_are_sent_again_where_a_request_is_repeated(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    for model in ("503_once", "no_stream_options"):
        upstream.requests.clear()
        assert await ask(ai, upstream, model, Tuning({"top_p": 0.5})) == "You said: hello"
        assert bodies(upstream) == [{"top_p": 0.5}] * 2


async def test_what_stands_in_extra_replaces_nothing_of_the_request(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    theirs = {"model": "other", "messages": [], "stream": False, "seed": 2}
    await ask(ai, upstream, "echo", Tuning({"seed": 1, "extra": theirs}))
    assert upstream.requests[0].body == {"model": "echo", **PLAIN, "seed": 1}


async def test_a_title_is_asked_for_without_them(ai: AiService, upstream: ScriptedUpstream) -> None:
    title = [{"role": "user", "content": INSTRUCTION}]
    await ask(ai, upstream, "echo", Tuning(ALL))
    await ai.complete(Endpoint(upstream.url, "echo", ""), title, 5)
    assert upstream.requests[-1].body == {"model": "echo", **PLAIN, "messages": title}


async def test_nothing_was_sent_where_nothing_was_taken(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    tuning = Tuning({"top_p": 0.5})
    with pytest.raises(Exception, match="upstream_auth_failed"):
        await ask(ai, upstream, "401", tuning)
    assert tuning.sent == {}
