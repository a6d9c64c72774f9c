"""A server that refuses a parameter is asked in another way, or the person is told which it is."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.errors import (
    ContextTooLong,
    ParameterNotSupported,
    ReplyError,
    UpstreamAuthFailed,
    UpstreamNeedsResponses,
    UpstreamRejected,
)
from app.schemas.params import SAMPLING, Params
from app.services.ai_service import AiService
from app.services.upstream.parameters import Tuning
from tests.support.upstream import ScriptedUpstream
from tests.upstream.test_parameters import ask, bodies

pytestmark = pytest.mark.anyio

ALL: Params = {
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 100,
    "stop": ["\n"],
    "seed": 7,
    "presence_penalty": -2.0,
    "frequency_penalty": 2.0,
    "reasoning_effort": "xhigh",
    "extra": {"top_k": 5, "thinking": True, "chat-mode": "x"},
}
FIELDS = {name: value for name, value in ALL.items() if name != "extra"} | ALL["extra"]
WORDINGS = json.loads(Path(__file__).with_name("wordings.json").read_text())
BY_WORDS = [pytest.param(row["body"], row["names"], id=row["of"]) for row in WORDINGS["parameters"]]
UNSUPPORTED = "Unsupported parameter: '{}' is not supported with this model."


@pytest.fixture
async def ai(upstream: ScriptedUpstream) -> AsyncIterator[AiService]:
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=[upstream.host]))
    yield ai
    await ai.aclose()


def unsupported(name: str, hint: str = "") -> dict[str, Any]:
    """OpenAI's refusal of a parameter."""
    error = {"message": UNSUPPORTED.format(name) + hint, "type": "invalid_request_error"}
    return {"error": error | {"param": name, "code": "unsupported_parameter"}}


def refusing(*names: str) -> Callable[[dict[str, Any]], object]:
    """A server that takes none of these, and says so of the first in the request."""
    return lambda body: next((unsupported(name) for name in names if name in body), None)


async def failure(
    ai: AiService, upstream: ScriptedUpstream, tuning: Tuning, model: str = "refuses"
) -> ReplyError:
    with pytest.raises(ReplyError) as caught:
        await ask(ai, upstream, model, tuning)
    return caught.value


def reasons(tuning: Tuning) -> dict[str, str]:
    return {left["name"]: left["reason"] for left in tuning.left_out}


@pytest.mark.parametrize(("body", "names"), BY_WORDS)
async def test_every_wording_is_understood(
    ai: AiService, upstream: ScriptedUpstream, body: Any, names: list[str]
) -> None:
    tuning = Tuning(ALL)
    drawn = [name for name in SAMPLING if name in names]
    upstream.refuse = lambda sent: body if set(names) <= set(sent) else None
    if not drawn:
        error = await failure(ai, upstream, tuning)
        assert isinstance(error, ParameterNotSupported) and error.reason in names
        assert len(upstream.requests) == 1
        assert reasons(tuning) == {error.reason: "refused"}
        return
    assert await ask(ai, upstream, "refuses", tuning) == "You said: hello"
    first, second = bodies(upstream)
    gone = set(first) - set(second)
    assert first == FIELDS and gone <= set(drawn) and gone
    assert second == {name: value for name, value in FIELDS.items() if name not in gone}
    assert reasons(tuning).keys() == gone
    assert tuning.sent == {name: value for name, value in ALL.items() if name not in gone}


@pytest.mark.parametrize("row", WORDINGS["max_tokens"])
async def test_a_limit_is_sent_by_its_other_name_and_never_left_out(
    ai: AiService, upstream: ScriptedUpstream, row: dict[str, Any]
) -> None:
    tuning = Tuning({"max_tokens": 100})
    wanted = ["max_tokens", "max_completion_tokens"]
    if row["sent"] != "max_tokens":
        # It got there by being refused under its first name.
        upstream.refuse = lambda sent: (
            unsupported("max_tokens") if "max_tokens" in sent else row["body"]
        )
        error = await failure(ai, upstream, tuning)
        assert isinstance(error, ParameterNotSupported) and error.reason == "max_tokens"
    elif row["by_name"]:
        upstream.refuse = lambda sent: row["body"] if "max_tokens" in sent else None
        assert await ask(ai, upstream, "refuses", tuning) == "You said: hello"
        assert tuning.left_out == [] and tuning.sent == {"max_tokens": 100}
    else:
        upstream.refuse = lambda sent: row["body"]
        error = await failure(ai, upstream, tuning)
        assert isinstance(error, ParameterNotSupported) and error.reason == "max_tokens"
        wanted = ["max_tokens"]
    assert bodies(upstream) == [{name: 100} for name in wanted]


async def test_a_server_that_refuses_every_parameter_by_turns_gets_four_requests(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = refusing("seed", "max_tokens", "temperature", "top_p", "presence_penalty")
    tuning = Tuning(ALL)
    error = await failure(ai, upstream, tuning)
    assert isinstance(error, ParameterNotSupported) and error.reason == "top_p"
    assert "top_p" in error.text("zh") and "top_p" in error.text("en")
    assert len(upstream.requests) == 4
    assert reasons(tuning) == {
        "seed": "not_supported",
        "temperature": "not_supported",
        "top_p": "refused",
    }
    assert tuning.sent == {}


async def test_two_names_that_are_both_refused_are_tried_once_each(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = refusing("max_tokens", "max_completion_tokens")
    error = await failure(ai, upstream, Tuning({"max_tokens": 100}))
    assert isinstance(error, ParameterNotSupported) and error.reason == "max_tokens"
    assert bodies(upstream) == [{"max_tokens": 100}, {"max_completion_tokens": 100}]


async def test_a_refusal_of_what_was_not_sent_changes_nothing(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: unsupported("top_p")
    tuning = Tuning({"temperature": 0.5})
    assert type(await failure(ai, upstream, tuning)) is UpstreamRejected
    assert bodies(upstream) == [{"temperature": 0.5}] * 2  # the second without `stream_options`
    assert tuning.left_out == []


async def test_a_refusal_that_stays_the_same_is_not_listened_to_twice(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: unsupported("top_p")
    assert type(await failure(ai, upstream, Tuning({"top_p": 0.5}))) is UpstreamRejected
    assert bodies(upstream) == [{"top_p": 0.5}, {}, {}]


@pytest.mark.parametrize("name", ["stop", "reasoning_effort", "top_k", "thinking"])
async def test_what_is_not_given_up_unasked(
    ai: AiService, upstream: ScriptedUpstream, name: str
) -> None:
    upstream.refuse = refusing(name)
    tuning = Tuning(ALL)
    error = await failure(ai, upstream, tuning)
    assert isinstance(error, ParameterNotSupported) and error.reason == name
    assert (len(upstream.requests), reasons(tuning)) == (1, {name: "refused"})


async def test_of_two_that_cannot_be_together_the_temperature_is_sent(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    words = "`temperature` and `top_p` cannot both be specified for this model."
    upstream.refuse = lambda body: (
        {"error": {"message": words}} if {"temperature", "top_p"} <= body.keys() else None
    )
    tuning = Tuning({"top_p": 0.9, "temperature": 0.5})
    await ask(ai, upstream, "refuses", tuning)
    assert bodies(upstream)[1] == {"temperature": 0.5}
    assert reasons(tuning) == {"top_p": "not_together"}


async def test_it_goes_together_with_every_other_repeat(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    def refuse(body: dict[str, Any]) -> object:
        if "max_tokens" in body:
            return unsupported("max_tokens", " Use 'max_completion_tokens' instead.")
        if "stream_options" in body:
            return {"error": {"message": "odd"}}
        return refusing("temperature", "seed")(body)

    upstream.refuse = refuse
    tuning = Tuning({"max_tokens": 9, "temperature": 0.5, "seed": 1, "top_p": 1.0})
    assert await ask(ai, upstream, "refuses", tuning) == "You said: hello"
    assert len(upstream.requests) == 5
    assert bodies(upstream)[-1] == {"max_completion_tokens": 9, "top_p": 1.0}


async def test_a_passing_failure_is_waited_for_once(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = refusing("seed")
    assert await ask(ai, upstream, "refuses_busily", Tuning({"seed": 1})) == "You said: hello"
    assert bodies(upstream) == [{"seed": 1}, {}, {}]


async def test_a_shorter_prompt_begins_with_what_is_known(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    length = {"error": {"message": "maximum context length is 4096 tokens", "param": "messages"}}
    too_long = [length]
    upstream.refuse = lambda body: (
        refusing("seed", "top_p")(body) or (too_long.pop() if too_long else None)
    )
    tuning = Tuning({"seed": 1, "top_p": 0.5, "temperature": 1.0})
    assert type(await failure(ai, upstream, tuning)) is ContextTooLong
    assert await ask(ai, upstream, "refuses", tuning) == "You said: hello"
    assert bodies(upstream)[2:] == [{"temperature": 1.0}] * 2
    assert len(upstream.requests) == 4


@pytest.mark.parametrize(
    ("tokens", "kind"), [(40000, ParameterNotSupported), (400, ContextTooLong)]
)
async def test_a_reply_longer_than_the_window_is_no_question_of_the_prompt(
    ai: AiService, upstream: ScriptedUpstream, tokens: int, kind: type[ReplyError]
) -> None:
    words = (
        f"'max_tokens' is too large: {tokens}. This model's maximum context length is 32768 tokens "
        "and your request has 32700 input tokens"
    )
    upstream.refuse = lambda body: {"error": {"message": words}}
    assert type(await failure(ai, upstream, Tuning({"max_tokens": tokens}))) is kind
    assert len(upstream.requests) == 1


async def test_a_refused_key_is_a_refused_key_whatever_is_named_besides(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: {"error": {"message": "Incorrect API key", "param": "seed"}}
    tuning = Tuning({"seed": 1})
    assert type(await failure(ai, upstream, tuning)) is UpstreamAuthFailed
    assert (len(upstream.requests), tuning.left_out) == (1, [])


async def test_a_model_of_the_other_api_is_asked_once(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    words = "This model is only supported in v1/responses and not in v1/chat/completions."
    upstream.refuse = lambda body: {"error": {"message": words, "param": "model"}}
    assert type(await failure(ai, upstream, Tuning(ALL))) is UpstreamNeedsResponses
    assert len(upstream.requests) == 1


async def test_no_word_of_the_endpoint_is_in_an_error_or_the_log(
    ai: AiService, upstream: ScriptedUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    upstream.refuse = lambda body: unsupported("stop", " Ask sk-secret@example.com")
    error: BaseException | None = await failure(ai, upstream, Tuning(ALL))
    while error is not None:
        told = repr(error) + repr(vars(error)) + str(error)
        assert "secret" not in told and "nsupported param" not in told
        error = error.__cause__ or error.__context__
    assert "secret" not in caplog.text and "nsupported param" not in caplog.text
