"""What endpoints' refusals mean, in the words that vendors and gateways use."""

import json
from typing import Any

import pytest

from app.errors import (
    ContextTooLong,
    ReplyError,
    UpstreamAuthFailed,
    UpstreamFiltered,
    UpstreamModelUnknown,
    UpstreamOutOfCredit,
    UpstreamRateLimited,
    UpstreamRegionRefused,
    UpstreamRejected,
    UpstreamUnavailable,
)
from app.services.upstream.failures import failure_in, failure_of


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


KEY_REFUSED: list[tuple[int, Any]] = [
    (400, [said("API key not valid. Please pass a valid API key.", status="INVALID_ARGUMENT")]),
    (400, {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}]}}),
    (400, said("API key expired. Please renew the API key.")),
    (400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided"}),
    (400, said("invalid x-api-key", type="authentication_error")),
    (403, said("token expired or incorrect", code="1000")),
    (400, said("token is expired or incorrect")),
    (404, {"detail": "Unauthorized"}),
    (422, {"detail": "Not authenticated"}),
    (400, {"error_code": 110, "error_msg": "Access token invalid or no longer valid"}),
    (400, {"code": 40101, "msg": "Invalid token"}),
    (400, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}),
    (
        400,
        {"base_resp": {"status_code": 1004, "status_msg": "login fail: carry the API secret key"}},
    ),
    (400, said("Authentication Fails, Your api key: ****1234 is invalid")),
    (400, said("Invalid Authentication", type="invalid_authentication_error")),
    (400, said("Missing Authorization header")),
    (400, said("You didn't provide an API key.", code="missing_api_key")),
    (400, "Access denied due to invalid subscription key or wrong API endpoint."),
    (400, said("无效的令牌")),
    (400, said("该令牌已过期")),
    (400, said("令牌已过期或验证不正确")),
    (400, said("身份验证失败。", code="1000")),
    (400, said("您的API Key无效，请检查")),
    (404, said("鉴权失败")),
    (400, said("Bearer token malformed")),
    (400, said("The credential could not be verified")),
    (400, said("Bad credentials")),
    (401, "who are you?"),
    (403, "Not for you"),
]
NO_CREDIT: list[tuple[int, Any]] = [
    (400, said("Your credit balance is too low to access the API. Go to Plans & Billing.")),
    (400, said("Access denied, please make sure your account is in good standing.")),
    (400, said("", code="Arrearage")),
    (400, said("billing hard limit has been reached", code="billing_hard_limit_reached")),
    (401, said("You have run out of credits")),
    (402, "anything"),
    (403, {"code": 30001, "message": "Sorry, your account balance is insufficient"}),
    (403, said("user quota is not enough", code="insufficient_user_quota")),
    (403, said("your account has an overdue balance", code="AccountOverdueError")),
    (403, said("Key limit exceeded (total limit).")),
    (403, said("令牌额度已用尽")),
    (403, said("账户已欠费，请充值")),
    (422, said("额度不足")),
    (429, said("余额不足或无可用资源包,请充值。", code="1113")),
    (429, said("You exceeded your current quota, please check your plan and billing details.")),
    (429, said("", code="insufficient_quota")),
    (
        403,
        said("The free tier of the model has been exhausted.", code="AllocationQuota.FreeTierOnly"),
    ),
    (400, said("Budget has been exceeded! Current cost: 10.0", type="budget_exceeded")),
    (400, said("资源包余量已用尽，请购买", code="ResourceInsufficient")),
]
NOT_HERE: list[tuple[int, Any]] = [
    (403, said("Country not supported", code="unsupported_country_region_territory")),
    (400, [said("User location is not supported for the API use.", status="FAILED_PRECONDITION")]),
    (403, said("This model is not available in your country")),
    (403, said("The service is not available in your region.")),
    (400, said("您所在的地区暂不支持使用")),
    (400, said("This service is unavailable from your location due to export rules")),
    (403, said("Access from your country is blocked")),
    (403, said("不支持的国家或地区")),
]
TOO_MUCH: list[tuple[int, Any]] = [
    (429, said("Slow down")),
    (429, said("Rate limit reached for tokens per minute (TPM). Upgrade at …/settings/billing")),
    (429, said("You exceeded your current quota and billing plan. Please retry in 32.1s.")),
    (400, said("Requests rate limit exceeded", code="Throttling.RateQuota")),
    (403, said("您的账户已达到速率限制，请您控制请求频率", code="1302")),
    (400, said("并发数过高")),
    (429, [said("Resource has been exhausted (e.g. check quota).", status="RESOURCE_EXHAUSTED")]),
]
FILTERED: list[tuple[int, Any]] = [
    (400, said("The response was filtered", code="content_filter", status=400)),
    (400, said("triggering Azure OpenAI's content management policy")),
    (400, said("", innererror={"code": "ResponsibleAIPolicyViolation"})),
    (400, said("Input data may contain inappropriate content.", code="data_inspection_failed")),
    (400, said("", code="content_policy_violation")),
    (400, said("系统检测到输入或生成内容可能包含不安全或敏感内容", code="1301")),
    (403, said("Your chosen model requires moderation and your input was flagged")),
    (400, said("Content Exists Risk")),
    (400, said("The request was rejected because it was considered high risk")),
    (400, said("input new_sensitive (1026)")),
    (
        400,
        said("The input text may contain sensitive information.", code="SensitiveContentDetected"),
    ),
    (403, {"code": "No permission", "error": "Content violates usage guidelines. Failed check"}),
]
PLAIN: list[tuple[int, Any, type[ReplyError]]] = [
    (400, said("Unknown parameter: stream_options"), UpstreamRejected),
    (400, said("max_tokens is invalid: at least 1 token"), UpstreamRejected),
    (400, said("max_tokens参数错误"), UpstreamRejected),
    (400, said("Extra inputs are not permitted", loc=["body", "stream_options"]), UpstreamRejected),
    (404, said("The model `m` does not exist", code="model_not_found"), UpstreamModelUnknown),
    (403, said("Project `p` does not have access to model `m`"), UpstreamRejected),
    (422, {"detail": [{"msg": "field required", "input": "invalid api key"}]}, UpstreamRejected),
    (404, "<html><body>no credits for the photo</body></html>", UpstreamRejected),
    (400, "", UpstreamRejected),
    (500, said("Out of order"), UpstreamUnavailable),
    (503, said("Overloaded"), UpstreamUnavailable),
    (413, said("maximum context length is 8"), ContextTooLong),
    (403, said("Model access denied.", code="Model.AccessDenied"), UpstreamRejected),
    (403, said("该令牌无权访问模型 m"), UpstreamRejected),
    (503, said("分组 default 下对于模型 m 无可用渠道"), UpstreamModelUnknown),
    (503, said("No available channel for model m", code="model_not_found"), UpstreamModelUnknown),
    (400, said("The model `m` has been decommissioned"), UpstreamModelUnknown),
    (400, said("The provided model identifier is invalid."), UpstreamModelUnknown),
    (400, said("A field of this model has been deprecated"), UpstreamRejected),
]
TOLD = [
    *((status, body, UpstreamAuthFailed) for status, body in KEY_REFUSED),
    *((status, body, UpstreamOutOfCredit) for status, body in NO_CREDIT),
    *((status, body, UpstreamRegionRefused) for status, body in NOT_HERE),
    *((status, body, UpstreamRateLimited) for status, body in TOO_MUCH),
    *((status, body, UpstreamFiltered) for status, body in FILTERED),
    *PLAIN,
]


@pytest.mark.parametrize(("status", "body", "failure"), TOLD)
def test_a_refusal_is_read_by_its_words_and_then_by_its_status(
    status: int, body: Any, failure: type[ReplyError]
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    assert type(failure_of(status, text)) is failure


@pytest.mark.parametrize(
    "body",
    [
        said(
            "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs "
            "are not permitted', 'input': {'messages': [{'content': 'Is my invalid api key…"
        ),
        said("Extra inputs [type=extra_forbidden, input_value='no credits in my country'"),
        said(
            "BadRequestError: odd Received Messages=[{'role': 'user', 'content': 'prompt too long'"
        ),
        {"detail": [{"msg": "odd", "input": "The prompt is too long, use at most 500 words"}]},
        "odd: {'messages': [{'role': 'user', 'content': '敏感'}]}",
        said("Error at content: 'the model m does not exist'"),
    ],
)
def test_what_of_the_request_is_quoted_means_nothing(body: Any) -> None:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    assert type(failure_of(400, text)) is UpstreamRejected
    assert type(failure_in(body)) is UpstreamUnavailable


@pytest.mark.parametrize(
    ("name", "words", "failure"),
    [
        ("omni-moderation", "The model `omni-moderation` does not exist", UpstreamModelUnknown),
        ("no-billing-8b", "no-billing-8b takes no system message", UpstreamRejected),
        ("a", "a billing matter", UpstreamOutOfCredit),
    ],
)
def test_a_models_name_means_nothing(name: str, words: str, failure: type[ReplyError]) -> None:
    assert type(failure_of(400, json.dumps(said(words)), name)) is failure


def test_numbers_come_from_the_sentence_and_no_code() -> None:
    words = "Prompt contains 33000 tokens, too large for model with 32768 maximum context length"
    for more in ({"code": 3051}, {"code": "3051"}, {"status": 400, "request_id": 9000}):
        failure = failure_of(400, json.dumps(said(words, **more)))
        assert isinstance(failure, ContextTooLong)
        assert (failure.limit, failure.sent) == (32768, 33000)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("out of memory", UpstreamUnavailable),
        ({"code": "invalid_api_key"}, UpstreamAuthFailed),
        ({"code": 402}, UpstreamOutOfCredit),
        ({"status": 429}, UpstreamRateLimited),
        ({"code": 400, "message": "bad parameter"}, UpstreamRejected),
        (
            {"message": "Provider error", "metadata": {"raw": '{"error":"余额不足"}'}},
            UpstreamOutOfCredit,
        ),
        ({"code": "content_filter"}, UpstreamFiltered),
        ({"error": {"message": "maximum context length is 8"}}, ContextTooLong),
        ([{"message": "Rate limit reached"}], UpstreamRateLimited),
        (None, UpstreamUnavailable),
    ],
)
def test_an_error_inside_an_answer_is_read_in_the_same_way(
    error: Any, failure: type[ReplyError]
) -> None:
    assert type(failure_in(error)) is failure


def test_a_deep_or_large_error_costs_little() -> None:
    deep: Any = "invalid api key"
    for _ in range(500):
        deep = {"error": deep}
    assert type(failure_of(400, json.dumps(deep))) is UpstreamRejected
    assert type(failure_of(400, json.dumps({"error": ["x" * 1000] * 60}))) is UpstreamRejected
