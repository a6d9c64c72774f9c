"""What a model's server has refused is not sent to it again, until it is set otherwise."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.config import Settings
from app.errors import ReplyError
from app.schemas.params import Params
from app.services.ai_service import AiService
from app.services.upstream.parameters import Tuning
from app.services.upstream.quirks import REFUSED_MAX, known, left_out_of
from tests.support.upstream import ScriptedUpstream
from tests.upstream.test_parameters import ask, bodies

NOW = 1_790_000_000.0
KEPT_SECONDS = 30 * 24 * 3600
NOTHING: dict[str, Any] = {"renamed": {}, "refused": []}


def refused(name: Any = "temperature", mode: Any = "", at: Any = NOW, **more: Any) -> Any:
    return {"name": name, "mode": mode, "at": at, **more}


@pytest.fixture
async def ai(upstream: ScriptedUpstream) -> AsyncIterator[AiService]:
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=[upstream.host]))
    yield ai
    await ai.aclose()


class Model:
    """A model of which is kept what its replies have taught."""

    def __init__(self, ai: AiService, upstream: ScriptedUpstream) -> None:
        self._ai, self._upstream = ai, upstream
        self.quirks: str | None = None
        self.learned_last = False

    async def reply(self, params: Params, now: float = NOW) -> tuple[list[Any], dict[str, str]]:
        """What a reply with these parameters sent, request by request, and what it left out."""
        tuning = Tuning(params, json.loads(self.quirks) if self.quirks else None, now)
        before = len(bodies(self._upstream))
        await ask(self._ai, self._upstream, "refuses", tuning)
        self.learned_last = tuning.learned is not None
        if tuning.learned is not None:
            self.quirks = json.dumps(tuning.learned)
        left = {item["name"]: item["reason"] for item in tuning.left_out}
        return bodies(self._upstream)[before:], left


@pytest.fixture
def model(ai: AiService, upstream: ScriptedUpstream) -> Model:
    return Model(ai, upstream)


def said(words: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": words, **more}}


@pytest.mark.anyio
async def test_a_name_is_learned_once_and_unlearned(
    model: Model, upstream: ScriptedUpstream
) -> None:
    wrong = "max_tokens"
    upstream.refuse = lambda body: (
        said(f"Unsupported parameter: '{wrong}'", param=wrong) if wrong in body else None
    )
    assert await model.reply({"max_tokens": 9}) == (
        [{"max_tokens": 9}, {"max_completion_tokens": 9}],
        {},
    )
    assert model.learned_last
    assert await model.reply({"max_tokens": 8}) == ([{"max_completion_tokens": 8}], {})
    assert not model.learned_last
    assert await model.reply({"seed": 1}) == ([{"seed": 1}], {})
    later = NOW + KEPT_SECONDS + 1
    assert (await model.reply({"max_tokens": 7}, later))[0][0] == {"max_tokens": 7}
    wrong = "max_completion_tokens"
    assert await model.reply({"max_tokens": 9}, later) == (
        [{"max_completion_tokens": 9}, {"max_tokens": 9}],
        {},
    )
    assert model.quirks == json.dumps(NOTHING)
    assert await model.reply({"max_tokens": 8}, later) == ([{"max_tokens": 8}], {})


@pytest.mark.anyio
async def test_a_value_within_a_bound_is_sent_again(
    model: Model, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: (
        said("temperature must be in [0, 1]") if body.get("temperature", 0) > 1 else None
    )
    left = {"temperature": "value_not_supported"}
    assert await model.reply({"temperature": 2.0}) == ([{"temperature": 2.0}, {}], left)
    assert await model.reply({"temperature": 2.0}) == ([{}], left)
    assert await model.reply({"temperature": 1.5}) == ([{"temperature": 1.5}, {}], left)
    assert await model.reply({"temperature": 0.5}) == ([{"temperature": 0.5}], {})


@pytest.mark.anyio
async def test_two_values_are_enough_where_no_bound_is_named(
    model: Model, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: (
        said("invalid temperature: only 1 is allowed for this model")
        if body.get("temperature", 1) != 1
        else None
    )
    for value in (0.2, 0.7):
        requests, left = await model.reply({"temperature": value})
        assert (len(requests), left) == (2, {"temperature": "value_not_supported"})
    for value in (0.2, 0.3):
        left = {"temperature": "not_supported"}
        assert await model.reply({"temperature": value}) == ([{}], left)
    later = NOW + KEPT_SECONDS + 1
    assert len((await model.reply({"temperature": 0.3}, later))[0]) == 2


@pytest.mark.anyio
async def test_a_code_is_enough_by_itself(model: Model, upstream: ScriptedUpstream) -> None:
    upstream.refuse = lambda body: (
        said("no", param="top_p", code="unsupported_parameter") if "top_p" in body else None
    )
    left = {"top_p": "not_supported"}
    assert await model.reply({"top_p": 0.5}) == ([{"top_p": 0.5}, {}], left)
    assert await model.reply({"top_p": 0.5}) == ([{}], left)
    assert await model.reply({"top_p": 0.9}) == ([{}], {"top_p": "not_supported"})


@pytest.mark.anyio
async def test_what_cannot_be_beside_another_is_sent_without_it(
    model: Model, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: (
        said("`temperature` and `top_p` cannot both be specified for this model")
        if {"temperature", "top_p"} <= body.keys()
        else None
    )
    both = {"temperature": 0.5, "top_p": 0.9}
    left = {"top_p": "not_together"}
    assert await model.reply(both) == ([both, {"temperature": 0.5}], left)
    assert await model.reply({**both, "top_p": 0.8}) == ([{"temperature": 0.5}], left)
    assert await model.reply({"top_p": 0.9}) == ([{"top_p": 0.9}], {})


@pytest.mark.anyio
@pytest.mark.parametrize("mode", [{"reasoning_effort": "high"}, {"extra": {"thinking": True}}])
async def test_what_is_refused_while_a_model_reasons_is_sent_when_it_does_not(
    model: Model, upstream: ScriptedUpstream, mode: Params
) -> None:
    upstream.refuse = lambda body: (
        said("temperature is not supported", code="unsupported_parameter")
        if "temperature" in body and ("reasoning_effort" in body or "thinking" in body)
        else None
    )
    warm: Params = {"temperature": 0.5}
    thinking = mode.get("extra", mode)
    assert (await model.reply(warm | mode))[0] == [warm | thinking, thinking]
    assert (await model.reply(warm | mode))[0] == [thinking]
    assert await model.reply(warm) == ([warm], {})


@pytest.mark.anyio
async def test_nothing_is_learned_of_a_request_that_is_refused_in_the_end(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: (
        said("Unsupported parameter: 'seed'") if "seed" in body else said("something else")
    )
    tuning = Tuning({"seed": 1})
    with pytest.raises(ReplyError):
        await ask(ai, upstream, "refuses", tuning)
    assert tuning.learned is None and tuning.left_out


@pytest.mark.anyio
async def test_a_reply_that_breaks_off_has_learned_all_the_same(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.refuse = lambda body: said("Unsupported parameter: 'seed'") if "seed" in body else None
    tuning = Tuning({"seed": 1}, None, NOW)
    with pytest.raises(ReplyError):
        await ask(ai, upstream, "refuses_then_cuts", tuning)
    value = refused("seed", value=1, bound=False)
    assert tuning.learned == {"renamed": {}, "refused": [value]}


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        "x",
        {},
        {"renamed": [], "refused": {}},
        {"renamed": {"max_tokens": 1}, "refused": [None, 1, "x", [], {}]},
        {"renamed": {"max_tokens": {"to": "model", "at": NOW}}},
        {"renamed": {"max_tokens": {"to": "max_completion_tokens"}}},
        {"renamed": {"seed": {"to": "max_completion_tokens", "at": NOW}}},
        {"renamed": {"max_tokens": {"to": "max_completion_tokens", "at": NOW - KEPT_SECONDS - 1}}},
        {"refused": [refused("max_tokens", at_all=True)]},
        {"refused": [refused(["x"], at_all=True)]},
        {"refused": [refused()]},
        {"refused": [refused(value="1")]},
        {"refused": [refused(value=True)]},
        {"refused": [refused(at_all=1)]},
        {"refused": [refused(beside=["top_p"])]},
        {"refused": [refused(mode=None, at_all=True)]},
        {"refused": [refused(at="now", at_all=True)]},
        {"refused": [refused(at=NOW - KEPT_SECONDS - 1, at_all=True)]},
        {"refused": [refused(at=NOW + KEPT_SECONDS + 1, at_all=True)]},
    ],
)
def test_what_is_no_quirk_any_more_is_ignored(kept: Any) -> None:
    assert known(kept, NOW) == NOTHING
    tuning = Tuning({"temperature": 0.5, "max_tokens": 9}, kept, NOW)
    assert tuning.fields() == {"temperature": 0.5, "max_tokens": 9}
    assert (tuning.left_out, tuning.learned) == ([], None)


def test_what_a_later_version_knows_besides_does_no_harm() -> None:
    later = refused(at_all=True, why="tea") | {"at": NOW - KEPT_SECONDS}
    assert known({"refused": [later], "colour": 1}, NOW)["refused"] == [later]
    assert left_out_of({"temperature": 1.0}, [later]) == {"temperature": "not_supported"}


def test_one_that_is_left_out_is_in_nobodys_way() -> None:
    items = [refused(at_all=True), refused("top_p", beside="temperature")]
    both = {"temperature": 0.5, "top_p": 0.9}
    assert left_out_of(both, items) == {"temperature": "not_supported"}
    assert left_out_of(both, items[1:]) == {"top_p": "not_together"}
    assert left_out_of({}, items) == {}


@pytest.mark.anyio
async def test_quirks_stay_few_and_the_newest_stay(
    model: Model, upstream: ScriptedUpstream
) -> None:
    many = [refused("seed", value=at, bound=True) for at in range(REFUSED_MAX + 9)]
    assert known({"refused": many}, NOW)["refused"] == many[-REFUSED_MAX:]
    model.quirks = json.dumps({"refused": many})
    upstream.refuse = lambda body: said("seed is out of range") if "seed" in body else None
    await model.reply({"seed": 777}, NOW)
    newest = [*many[1 - REFUSED_MAX :], refused("seed", value=777, bound=True)]
    assert json.loads(model.quirks) == {"renamed": {}, "refused": newest}
