"""How a reply can fail. These end a reply (`error` event, `message.error`), not a request."""

from app.errors.base import AppError


class ReplyError(AppError):
    status = 502


class Interrupted(ReplyError):
    code = "interrupted"
    zh, en = "回复中断", "The reply was interrupted"


class ReplyTooLong(ReplyError):
    code = "reply_too_long"
    zh, en = "回复超过允许的长度", "The reply is longer than allowed"


class UpstreamAuthFailed(ReplyError):
    code = "upstream_auth_failed"
    zh, en = "模型服务拒绝了 API 密钥", "The model's server refused the API key"


class UpstreamRateLimited(ReplyError):
    code = "upstream_rate_limited"
    zh = "模型服务限流或额度不足"
    en = "The model's server is rate limiting, or the quota is used up"


class UpstreamUnavailable(ReplyError):
    code = "upstream_unavailable"
    zh, en = "无法连接模型服务，或服务出错", "The model's server cannot be reached, or failed"


class UpstreamBadResponse(ReplyError):
    code = "upstream_bad_response"
    zh, en = "模型服务返回了无法识别的内容", "The model's server sent an answer that makes no sense"


class UpstreamTimeout(ReplyError):
    code = "upstream_timeout"
    zh, en = "模型服务长时间没有回应", "The model's server did not answer in time"


class UpstreamRejected(ReplyError):
    code = "upstream_rejected"
    zh = "模型服务拒绝了请求，请检查模型名称"
    en = "The model's server refused the request; check the model name"


class ContextTooLong(UpstreamRejected):
    """The endpoint says that the conversation is too long for the model."""

    code = "context_too_long"
    zh, en = "对话超过模型的长度上限", "The conversation is too long for the model"


class UpstreamInterrupted(ReplyError):
    """The stream was cut before the model said that it had finished."""

    code = "upstream_interrupted"
    zh, en = "模型服务中断了回复", "The model's server broke the reply off"


class UpstreamModelUnknown(UpstreamRejected):
    code = "upstream_model_unknown"
    zh, en = "模型服务没有这个模型", "The model's server has no model of this name"


class UpstreamNotCompatible(ReplyError):
    code = "upstream_not_compatible"
    zh = "这个地址不像 OpenAI 兼容接口；这类地址大多以 /v1 结尾"
    en = "This address does not answer like an OpenAI-compatible one; most of those end in /v1"
