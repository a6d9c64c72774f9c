"""Parameters as a person sets them: their bounds, how they are merged, and their one text."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError

from app.schemas.params import ReplyParams, given, merged, stable, stored
from app.utils.validation import invalid_input

ALL: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 100,
    "stop": ["\n\n", "人："],
    "seed": -7,
    "presence_penalty": -2,
    "frequency_penalty": 2,
    "reasoning_effort": "xhigh",
    "extra": {"top_k": 5, "thinking": {"type": "disabled"}, "user": None},
}
FLOATS = {"temperature": (0, 2), "top_p": (0, 1), "presence_penalty": (-2, 2)}
STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXT = st.text(STORABLE, max_size=20)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.floats(*bounds) | st.integers(*bounds) for name, bounds in FLOATS.items()},
    "frequency_penalty": st.floats(-2, 2),
    "max_tokens": st.integers(1, 2**31 - 1),
    "stop": st.lists(st.text(STORABLE, min_size=1, max_size=20), min_size=1, max_size=4),
    "seed": st.integers(-(2**63), 2**63 - 1),
    "reasoning_effort": st.from_regex(r"\A[a-z]{1,16}\Z"),
    "extra": st.dictionaries(
        TEXT.map("x-{}".format),
        st.recursive(
            st.none() | st.booleans() | st.integers() | TEXT | st.floats(-1e9, 1e9),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    ),
}
AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ASKED = st.fixed_dictionaries({}, optional={n: st.none() | v for n, v in VALUES.items()})


def asked(values: dict[str, Any]) -> dict[str, Any]:
    """What a request with these parameters asks for, from its JSON on."""
    return given(ReplyParams.model_validate_json(json.dumps(values)))


def refusal(values: dict[str, Any]) -> tuple[str, str]:
    """The field that is wrong, and what is said of it in English."""
    with pytest.raises(ValidationError) as caught:
        ReplyParams.model_validate(values)
    error = invalid_input(caught.value.errors(), "en")
    assert error.text("zh") and invalid_input(caught.value.errors(), "zh").fields
    return error.fields[0]


def test_what_is_set_comes_back_as_it_was_set() -> None:
    assert asked(ALL) == ALL
    assert asked({}) == {} == given(None)
    nothing = dict.fromkeys(ALL)
    assert asked(nothing) == nothing


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"temperature": 2.1}, "temperature", "must be at most 2.0"),
        ({"temperature": -0.1}, "temperature", "must be at least 0.0"),
        ({"temperature": "0.5"}, "temperature", "must be a number"),
        ({"temperature": True}, "temperature", "must be a number"),
        ({"temperature": float("nan")}, "temperature", "must be a number"),
        ({"top_p": 1.1}, "top_p", "must be at most 1.0"),
        ({"max_tokens": 0}, "max_tokens", "must be at least 1"),
        ({"max_tokens": 1.0}, "max_tokens", "must be a whole number"),
        ({"max_tokens": 2**31}, "max_tokens", "must be at most 2147483647"),
        ({"stop": "end"}, "stop", "must be a list"),
        ({"stop": []}, "stop", "must not be empty"),
        ({"stop": ["a"] * 5}, "stop", "has more than 4 items"),
        ({"stop": [""]}, "stop.0", "needs at least 1 characters"),
        ({"stop": ["a", "b" * 201]}, "stop.1", "has more than 200 characters"),
        ({"stop": ["\0"]}, "stop.0", "holds characters that are not allowed"),
        ({"seed": 2**63}, "seed", "must be at most 9223372036854775807"),
        ({"presence_penalty": -2.1}, "presence_penalty", "must be at least -2.0"),
        ({"frequency_penalty": 2.1}, "frequency_penalty", "must be at most 2.0"),
        ({"reasoning_effort": "High"}, "reasoning_effort", "has the wrong form"),
        ({"reasoning_effort": "high\n"}, "reasoning_effort", "has the wrong form"),
        ({"reasoning_effort": "h" * 17}, "reasoning_effort", "has the wrong form"),
        ({"top_k": 5}, "top_k", "is not a known field"),
        ({"extra": []}, "extra", "must be an object"),
        ({"extra": {"a": "x" * 8185}}, "extra", "is larger than 8 KiB"),
        ({"extra": {"a": "人" * 2731}}, "extra", "is larger than 8 KiB"),
        ({"extra": {"a": float("inf")}}, "extra", "is not valid JSON"),
        ({"extra": {"a": ["\ud800"]}}, "extra", "holds characters that are not allowed"),
        ({"extra": {"a": {"\0": 1}}}, "extra", "holds characters that are not allowed"),
    ],
)
def test_what_is_out_of_bounds_is_refused_at_its_field(
    values: dict[str, Any], field: str, words: str
) -> None:
    assert refusal(values) == (field, words)


@pytest.mark.parametrize(
    "name",
    ["model", "messages", "input", "stream", "stream_options", "n", "store"]
    + ["max_completion_tokens", *ReplyParams.model_fields],
)
def test_a_name_has_one_place(name: str) -> None:
    assert refusal({"extra": {name: None}}) == ("extra", f"must not hold {name}")


@pytest.mark.parametrize(
    "name", ["Model", "MESSAGES", "me\u017f\u017fages", "N", "Max_To\u212aens"]
)
def test_a_name_is_the_same_in_capitals_as_servers_in_go_read_it(name: str) -> None:
    assert refusal({"extra": {name: 1}}) == ("extra", f"must not hold {name}")


def test_extra_may_be_as_large_as_is_said_and_no_deeper_than_it_can_be_read() -> None:
    assert asked({"extra": {"a": "x" * 8184}})
    deep: Any = 1
    for _ in range(4000):
        deep = [deep]
    with pytest.raises(ValidationError):
        ReplyParams.model_validate({"extra": {"a": deep}})


@AT_ANY_PACE
@for_all(ASKED, ASKED)
def test_a_request_goes_over_its_conversation_key_by_key(
    below: dict[str, Any], above: dict[str, Any]
) -> None:
    under, over = asked(below), asked(above)
    both = merged(under, over)
    for name in ReplyParams.model_fields:
        assert both.get(name) == (over[name] if name in over else under.get(name))
    assert None not in both.values()
    assert merged(both, over) == both == merged(both, {})


@AT_ANY_PACE
@for_all(ASKED, st.randoms())
def test_the_same_parameters_are_the_same_text(values: dict[str, Any], chance: Any) -> None:
    names = list(values)
    chance.shuffle(names)
    params = asked(values)
    text = stable(params)
    assert text == stable(asked({name: values[name] for name in names}))
    assert json.loads(text) == params
    assert stored(text) == merged({}, params)
    assert stable(stored(text)) == stable(merged({}, params))


@AT_ANY_PACE
@for_all(ASKED, ASKED)
def test_other_parameters_are_another_text(one: dict[str, Any], other: dict[str, Any]) -> None:
    one, other = asked(one), asked(other)
    same = [stable({name: value}) for name, value in one.items()]
    same_names = [stable({name: value}) for name, value in other.items()]
    assert (stable(one) == stable(other)) is (sorted(same) == sorted(same_names))


def test_null_and_nothing_are_told_apart_and_minus_nothing_is_nothing() -> None:
    assert stable(asked({"seed": None})) != stable(asked({}))
    texts = {stable(asked({"temperature": zero})) for zero in (0, 0.0, -0.0)}
    assert texts == {'{"temperature":0.0}'}


@pytest.mark.parametrize(
    ("text", "params"),
    [
        (None, {}),
        ("", {}),
        ("{", {}),
        ("[1]", {}),
        ("null", {}),
        ('{"top_p":0.5,"min_p":0.1}', {"top_p": 0.5}),
        ('{"temperature":3,"top_p":0.5,"stop":["a",1],"seed":null}', {"top_p": 0.5}),
        ('{"extra":{"model":"x"},"seed":1}', {"seed": 1}),
    ],
)
def test_what_another_version_wrote_is_read_as_far_as_it_is_known(
    text: str | None, params: dict[str, Any]
) -> None:
    assert stored(text) == params
