"""The words of a refusal are read for a prompt that is too long, and for the numbers in them."""

import json

import pytest

from app.errors import ContextTooLong, UpstreamModelUnknown
from app.services.upstream.failures import failure_of
from app.services.upstream.length import overrun_in


@pytest.mark.parametrize(
    ("words", "limit", "sent"),
    [
        ("invalid params, context window exceeds limit (2013) bad_request_error", None, None),
        (
            (
                "too many tokens: size limit exceeded by 1200 tokens. "
                "The limit for this model is 128000 tokens."
            ),
            128000,
            None,
        ),
        (
            "ContextWindowExceededError: Error code: 400 - maximum context length is 8192 tokens",
            8192,
            None,
        ),
        (
            "length of prompt_tokens (33001) must be less than max_seq_len (32768).",
            32768,
            33001,
        ),
        ("Prompt 超长", None, None),
        ("the max input characters is 20000", 20000, None),
        ("context shift is disabled", None, None),
        (
            (
                "'max_tokens' is too large: 4096. This model's maximum context length is 4096 "
                "tokens and your request has 4000 input tokens"
            ),
            4096,
            None,
        ),
        (
            "Invalid request: Your request exceeded model token limit: 8192 (requested: 9730)",
            8192,
            9730,
        ),
        (
            "This model's maximum prompt length is 8192 but the request contains 9730 tokens.",
            8192,
            9730,
        ),
        (
            '{"error":{"code":"tokens_limit_reached",'
            '"message":"Request body too large for gpt-4o model. Max size: 8000 tokens."}}',
            8000,
            None,
        ),
        ('{"error":{"code":"1261","message":"Prompt exceeds max length"}}', None, None),
        ("Input does not fit in context length", None, None),
        (
            (
                "This model's maximum context length is 4097 tokens. However, you requested 5000 "
                "tokens (3976 in the messages, 1024 in the completion). Please reduce the length "
                "of the messages or completion."
            ),
            4097,
            5000,
        ),
        (
            'the request exceeds the available context size. try increasing it",'
            '"type":"exceed_context_size_error","n_prompt_tokens":9730,"n_ctx":8192',
            8192,
            9730,
        ),
        (
            (
                "request (9730 tokens) exceeds the available context size (8192 tokens), try "
                "increasing it"
            ),
            8192,
            9730,
        ),
        ("prompt is too long: 208310 tokens > 200000 maximum", 200000, 208310),
        (
            (
                "The input token count (1100000) exceeds the maximum number of tokens allowed "
                "(1048576)."
            ),
            1048576,
            1100000,
        ),
        (
            (
                "The input token count (1,100,000) exceeds the maximum number of tokens allowed "
                "(1,048,576)."
            ),
            1048576,
            1100000,
        ),
        (
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]",
            30720,
            None,
        ),
        (
            (
                "Request too large for model `llama-3.1-8b-instant` in organization `org_01` "
                "service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested "
                "10220, please reduce your message size and try again."
            ),
            6000,
            10220,
        ),
        ("输入长度超过模型最大上下文长度8192，当前为9730", 8192, 9730),
        ("请求的 token 数 9730 超过上限 8192", 8192, 9730),
        ("上下文长度超出限制：最多支持 8,192 个 token，实际 9,730 个", 8192, 9730),
        ("Input is too long for requested model.", None, None),
        (
            (
                "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9730 `inputs` tokens "
                "and 1500 `max_new_tokens`"
            ),
            4096,
            9730,
        ),
        (
            (
                "Requested token count exceeds the model's maximum context length of 131072 "
                "tokens. You requested a total of 135000 tokens: 134000 tokens from the input "
                "messages and 1000 tokens for the completion."
            ),
            131072,
            135000,
        ),
        ("prompt tokens exceeds the context window of 8K", 8000, None),
        ("too many tokens: total tokens must be less than 4096, got 9000", 4096, 9000),
        (
            "The number of tokens in the prompt (9730) is larger than the context window (8192)",
            8192,
            9730,
        ),
        (
            (
                "You passed 8193 input tokens and requested 0 output tokens. However, the "
                "model's context length is only 8192 tokens, resulting in a maximum input length "
                "of 8192 tokens. Please reduce the length of the input prompt."
            ),
            8192,
            8193,
        ),
        ("您的输入过长，请缩短后重试", None, None),
        (
            (
                "Invalid 'messages[0].content': string too long. Expected a string with maximum "
                "length 1048576, but got a string with length 1200000 instead."
            ),
            1048576,
            1200000,
        ),
    ],
)
def test_the_numbers_say_how_much_fits(words: str, limit: int | None, sent: int | None) -> None:
    found = overrun_in(words)
    assert found is not None and (found.limit, found.sent) == (limit, sent)


@pytest.mark.parametrize(
    "words",
    [
        "Rate limit reached: too many requests, limit 60 per minute",
        "You exceeded your current quota, please check your plan",
        "Incorrect API key provided",
        "Unsupported parameter: 'max_tokens' is not supported",
        "Input should be greater than or equal to 1",
        "请求频率超过上限",
        "This model does not support image input",
        "Content exists risk",
        "The model gpt-4-32k does not exist",
        "max_tokens is too large: 9000. This model supports at most 4096 completion tokens",
        "max_tokens must be at most 4096",
    ],
)
def test_other_refusals_are_no_question_of_length(words: str) -> None:
    assert overrun_in(words) is None


@pytest.mark.parametrize(("status", "found"), [(413, True), (400, False), (503, False)])
def test_a_413_needs_no_words(status: int, found: bool) -> None:
    assert isinstance(failure_of(status, "<html>nginx</html>"), ContextTooLong) is found


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "model 'qwen3:8b' not found"),
        (404, '{"message":"model: qwen3:8b","type":"not_found_error"}'),
        (404, "Unable to access model qwen3:8b. Please visit our page"),
        (404, '{"error":{"code":"model_not_found","message":"The model does not exist"}}'),
        (400, "qwen3:8b is not a valid model ID"),
        (400, "Model Not Exist"),
        (400, '{"error":{"code":"1211","message":"模型不存在，请检查模型代码。"}}'),
        (400, "Model does not exist. Please check it carefully."),
        (400, "Invalid model: qwen3:8b"),
        (404, "Not found the model qwen3:8b or Permission denied"),
        (404, "DeploymentNotFound"),
        (400, json.dumps({"message": "模型不存在"})),
        (422, "unknown model 'qwen3:8b'"),
    ],
)
def test_a_model_that_is_not_there(status: int, body: str) -> None:
    assert isinstance(failure_of(status, body, "qwen3:8b"), UpstreamModelUnknown)


@pytest.mark.parametrize(
    ("status", "body", "model"),
    [
        (404, '{"detail":"Not Found"}', "m"),
        (404, "no route for /v1/chat/completions", "chat"),
        (400, "This model does not support image input", "m"),
        (400, "Unknown parameter: stream_options for model m", "m"),
        (500, "The model does not exist", "m"),
    ],
)
def test_a_model_that_may_be_there(status: int, body: str, model: str) -> None:
    assert not isinstance(failure_of(status, body, model), UpstreamModelUnknown)
