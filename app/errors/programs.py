"""What a program is refused that comes with a key, and every failure in the shape of OpenAI's."""

from typing import Any

from app.errors.base import AppError, Language
from app.errors.reply import ReplyError
from app.errors.server import TooMany


class ProgramError(AppError):
    """`param`: the part of the request that is meant, as `tools[0].type`."""

    status = 400

    def __init__(self, param: str | None = None, **details: object) -> None:
        super().__init__(param=param or "?", **details)
        self.param = param


class RequestNotUnderstood(ProgramError):
    code = "invalid_request"
    zh, en = "请求中的 {param} 缺失或不正确", "`{param}` of the request is missing or not valid"


class NotSharedHere(ProgramError):
    """Something at the provider would be used that is not this user's, or is not counted."""

    code = "not_supported"
    zh = "共享连接不支持 {param}"
    en = "`{param}` is not supported on a shared connection"


class ScopeMissing(ProgramError):
    status, code = 403, "scope_missing"
    zh, en = "此 API 密钥没有 {param} 权限", "This API key does not have the scope `{param}`"


class ModelUnknown(ProgramError):
    status, code = 404, "model_not_found"
    zh = "没有可用的模型 {model}，请查看 GET /v1/models"
    en = "There is no model `{model}` for this key; GET /v1/models lists those there are"

    def __init__(self, model: str = "?") -> None:
        super().__init__("model", model=model)


class ModelAmbiguous(ModelUnknown):
    zh = "多个连接有模型 {model}，请写明：{ids}"
    en = "Several connections have a model `{model}`; name one of them: {ids}"

    def __init__(self, model: str = "?", ids: str = "") -> None:
        ProgramError.__init__(self, "model", model=model, ids=ids)


class EndpointNotThere(ProgramError):
    status, code = 404, "endpoint_not_found"
    zh, en = "模型服务没有这个接口", "The model's server does not have this endpoint"


class TooManyRequests(TooMany):
    code = "too_many_requests"
    zh, en = "同时进行的请求过多", "Too many requests are running at once"


STATUSES = {
    "model_gone": 404,
    "model_not_configured": 404,
    "parameter_not_supported": 400,
    "upstream_auth_failed": 502,
    "upstream_rate_limited": 429,
    "upstream_out_of_credit": 429,
    "upstream_filtered": 400,
    "upstream_timeout": 504,
    "upstream_rejected": 400,
    "upstream_model_unknown": 404,
    "upstream_needs_responses": 400,
    "context_too_long": 400,
    "invalid_input": 400,
    "invalid_json": 400,
}
"""Where a program is told by another status than a person."""
CODES = {
    "rate_limited": "rate_limit_exceeded",
    "context_too_long": "context_length_exceeded",
    "model_gone": "model_not_found",
    "model_not_configured": "model_not_found",
    "upstream_model_unknown": "model_not_found",
}
"""Where programs know a code for it already."""
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
IN_VAIN = {
    "upstream_auth_failed",
    "upstream_out_of_credit",
    "upstream_region_refused",
    "api_key_unreadable",
    "model_url_not_allowed",
    "cap_reached",
    "daily_limit_reached",
}
"""What clients would try again by their statuses, and would get again."""
REJECTED_EN = "The model's server refused the request"
REJECTED_ZH = "模型服务拒绝了请求"


def program_status(error: AppError) -> int:
    """The status that a program is answered with."""
    return STATUSES.get(error.code, error.status)


def program_error(error: AppError, language: Language) -> dict[str, Any]:
    """A failure as OpenAI's clients read it."""
    status = program_status(error)
    param = getattr(error, "param", None)
    return {
        "error": {
            "message": _message(error, param, language),
            "type": TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error"),
            "param": param,
            "code": CODES.get(error.code, error.code),
        }
    }


def program_headers(error: AppError) -> dict[str, str]:
    """With what tells clients that they need not try again."""
    headers = {**error.headers, **(error.told if isinstance(error, TooMany) else {})}
    if error.code in IN_VAIN:
        headers = headers | {"x-should-retry": "false"}
    return headers


def _message(error: AppError, param: str | None, language: Language) -> str:
    if not isinstance(error, ReplyError) or error.code != "upstream_rejected":
        return error.text(language)
    said = REJECTED_ZH if language == "zh" else REJECTED_EN
    about = f": `{param}`" if param else ""
    return f"{said}{about}{f' ({error.told_code})' if error.told_code else ''}"
