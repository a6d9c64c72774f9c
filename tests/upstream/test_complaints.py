"""Which parameter a refusal is about, in the words that vendors and gateways use."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import (
    ContextTooLong,
    ModelNotConfigured,
    ParameterNotSupported,
    ReplyError,
    UpstreamModelUnknown,
    UpstreamNeedsResponses,
    UpstreamRejected,
    error_by_code,
)
from app.services.upstream.complaints import Complaint, complaint_in
from app.services.upstream.failures import failure_of

SENT = [
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "reasoning_effort",
    "top_k",
    "thinking",
    "chat-mode",
]


def text_of(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def about(body: Any, sent: list[str] = SENT) -> Complaint | None:
    return complaint_in(text_of(body), sent)


UNSUPPORTED = "Unsupported parameter: 'top_p' is not supported with this model."
ONLY_ONE = (
    "'temperature' does not support 0.2 with this model. Only the default (1) value is supported."
)
WORDINGS = json.loads(Path(__file__).with_name("wordings.json").read_text())
"""Bodies of refusals as they were reported, with what each is about."""
NAMED = [pytest.param(row["body"], row["names"], id=row["of"]) for row in WORDINGS["parameters"]]


@pytest.mark.parametrize(("body", "names"), NAMED)
def test_a_refusal_names_what_was_sent(body: Any, names: list[str]) -> None:
    found = about(body)
    assert found is not None and sorted(found.names) == sorted(names)
    assert type(failure_of(400, text_of(body), "gpt-5.1")) in (UpstreamRejected, ContextTooLong)


@pytest.mark.parametrize(("body", "names"), NAMED)
def test_what_was_not_sent_is_not_named(body: Any, names: list[str]) -> None:
    others = [name for name in SENT if name not in names]
    found = about(body, others)
    assert found is None, found


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "<html>temperature</html>",
        said("Unknown parameter: stream_options", param="stream_options"),
        said("Invalid request"),
        said("API 调用参数有误，请检查文档。", code="1210"),
        said("Please stop sending such requests"),
        said("The model doubao-seed-1.6 refuses this"),
        said("The seed of the matter is wrong"),
        said("The temperature in it is wrong", param="messages[0].content"),
        said("bad", param="temperature_unit"),
        said("odd: {'messages': [{'role': 'user', 'content': 'What is temperature?'}]}"),
        {"detail": [{"loc": ["body", "messages", 3, "stop"], "msg": "odd"}]},
        {"error": {"metadata": {"prompt": "temperature"}}},
        [],
        None,
        said("x" * 5000 + " temperature"),
    ],
)
def test_no_parameter_is_read_out_of_other_words(body: Any) -> None:
    assert about(body) is None


@pytest.mark.parametrize(
    ("words", "more", "by_name", "at_all", "bound", "together"),
    [
        (UNSUPPORTED, {"code": "unsupported_parameter"}, True, True, False, False),
        (UNSUPPORTED, {}, True, False, False, False),
        (ONLY_ONE, {"code": "unsupported_value"}, False, False, False, False),
        ("`top_p` is deprecated for this model.", {}, True, False, False, False),
        ("top_p should be in [0.0, 2.0)", {}, False, False, True, False),
        ("top_p must be at most 1", {}, False, False, True, False),
        ("invalid temperature: only 1 is allowed", {}, False, False, False, False),
        ("`temperature` and `top_p` cannot both be specified", {}, False, False, False, True),
    ],
)
def test_what_is_wrong_with_it(
    words: str, more: Any, by_name: bool, at_all: bool, bound: bool, together: bool
) -> None:
    found = about(said(words, **more))
    assert found is not None
    assert (found.by_name, found.at_all, found.bound, found.together) == (
        by_name,
        at_all,
        bound,
        together,
    )


@pytest.mark.parametrize(
    ("sent", "body", "by_name"),
    [(row["sent"], row["body"], row["by_name"]) for row in WORDINGS["max_tokens"]],
)
def test_another_name_is_told_from_another_value(sent: str, body: Any, by_name: bool) -> None:
    found = about(body, [sent, "seed"])
    assert found is not None and found.names == (sent,)
    assert found.by_name is by_name


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "This model is only supported in v1/responses and not in v1/chat/completions."),
        (400, "Function tools are not supported with it. Please use /v1/responses instead."),
        (400, "Unsupported legacy protocol: /v1/chat/completions. Please use /v1/responses."),
        (400, "This model is only available through the Responses API"),
    ],
)
def test_a_model_that_only_the_other_api_has(status: int, words: str) -> None:
    body = text_of(said(words, type="invalid_request_error", param="model"))
    assert type(failure_of(status, body, "gpt-5-codex")) is UpstreamNeedsResponses


def test_a_model_for_completions_is_none_of_those() -> None:
    words = (
        "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
        "Did you mean to use v1/completions?"
    )
    failure = failure_of(404, text_of(said(words, param="model")), "babbage")
    assert type(failure) in (UpstreamRejected, UpstreamModelUnknown)


def test_a_reply_that_alone_is_too_long_is_still_read_as_a_question_of_length() -> None:
    words = "'max_tokens' is too large: 40000. This model's maximum context length is 32768 tokens"
    failure = failure_of(400, text_of(said(words)))
    assert isinstance(failure, ContextTooLong) and failure.limit == 32768


def test_the_error_names_the_parameter_in_both_languages() -> None:
    for error in (
        ParameterNotSupported("top_{k}"),
        error_by_code("parameter_not_supported", "top_{k}"),
    ):
        assert isinstance(error, ReplyError) and not error.may_be_length
        assert "top_{k}" in error.text("zh") and "top_{k}" in error.text("en")
    nameless = error_by_code("parameter_not_supported")
    assert "None" not in nameless.text("zh") + nameless.text("en")
    assert not isinstance(nameless, ModelNotConfigured)
