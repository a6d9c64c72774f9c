"""How a reply can fail. These end a reply (`error` event, `message.error`), not a request."""

from app.errors.base import AppError, Language


class ReplyError(AppError):
    """`may_be_length`: an endpoint refused a request, and might take a shorter one;
    `is_about_pictures`: its words are about pictures, so that it might take one without. `param`
    and `told_code`: what it points at, for programs alone."""

    status = 502
    may_be_length = False
    is_about_pictures = False
    param: str | None = None
    told_code: str | None = None


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
    zh = "模型服务限流，请稍后再试"
    en = "The model's server is rate limiting; try again later"


class UpstreamOutOfCredit(UpstreamRateLimited):
    """Waiting does not help: somebody has to pay, or to choose another model."""

    code = "upstream_out_of_credit"
    zh = "模型服务的账户余额或额度已用完"
    en = "The account at the model's server has no credit or quota left"


class UpstreamRegionRefused(ReplyError):
    code = "upstream_region_refused"
    zh = "模型服务不支持本服务器所在的国家或地区"
    en = "The model's server does not serve the country or region that this server calls from"


class UpstreamFiltered(ReplyError):
    code = "upstream_filtered"
    zh = "模型服务的内容审核拦截了这次请求"
    en = "The content filter of the model's server stopped this request"


class UpstreamUnavailable(ReplyError):
    code = "upstream_unavailable"
    zh, en = "无法连接模型服务，或服务出错", "The model's server cannot be reached, or failed"


class UpstreamBadResponse(ReplyError):
    code = "upstream_bad_response"
    zh, en = "模型服务返回了无法识别的内容", "The model's server sent an answer that makes no sense"


class UpstreamEmptyReply(ReplyError):
    """The model ended its reply without an answer in it."""

    code = "upstream_empty_reply"
    zh, en = "模型结束了回复，但没有给出回答", "The model ended its reply without an answer"


class UpstreamToolCall(ReplyError):
    """The reply was a call of a tool and nothing else; no tools were offered."""

    code = "upstream_tool_call"
    zh = "模型想调用工具，而这里没有工具可用"
    en = "The model wanted to call a tool, and there are none here"


class UpstreamTimeout(ReplyError):
    code = "upstream_timeout"
    zh, en = "模型服务长时间没有回应", "The model's server did not answer in time"


class UpstreamRejected(ReplyError):
    code = "upstream_rejected"
    zh = "模型服务拒绝了请求，请检查模型名称"
    en = "The model's server refused the request; check the model name"


class ContextTooLong(UpstreamRejected):
    """The endpoint says that the prompt is too long: of `sent` tokens, where it counts them, only
    `limit` fit. What a user is told is about the message: its history was left out by then."""

    code = "context_too_long"
    zh = "即使不带之前的对话，这条消息也超过模型的长度上限，请缩短后重试"
    en = "Even without what came before, this message is too long for the model; shorten it"
    may_be_length = True

    def __init__(self, limit: int | None = None, sent: int | None = None) -> None:
        super().__init__()
        self.limit, self.sent = limit, sent


class UpstreamInterrupted(ReplyError):
    """The stream was cut before the model said that it had finished."""

    code = "upstream_interrupted"
    zh, en = "模型服务中断了回复", "The model's server broke the reply off"


class UpstreamModelUnknown(UpstreamRejected):
    """`certain`: an API said so, and not a server that has nothing at the path."""

    code = "upstream_model_unknown"
    zh, en = "模型服务没有这个模型", "The model's server has no model of this name"

    def __init__(self, certain: bool = False) -> None:
        super().__init__()
        self.certain = certain


class UpstreamNeedsResponses(ReplyError):
    """The model answers, and not at `/chat/completions`."""

    code = "upstream_needs_responses"
    zh = "这个模型只能通过 Responses 接口（/v1/responses）使用，这里还不支持；请换用其他模型"
    en = (
        "This model answers only by the Responses API (/v1/responses), which is not spoken here;"
        " choose another model"
    )


class ParameterNotSupported(ReplyError):
    """`reason` is the parameter's name, as the person has set it. Where an error is made anew from
    its code alone, the sentence has none."""

    code = "parameter_not_supported"
    zh = "模型服务不接受所设的一个参数，请修改或去掉它再试"
    en = "The model's server does not take one of the parameters; change it or leave it out"
    zh_named = "模型服务不接受参数 {name} 或它的值，请修改或去掉它再试"
    en_named = (
        "The model's server does not take the parameter {name}, or its value; change it or leave"
        " it out"
    )

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.reason = name

    def text(self, language: Language) -> str:
        if not self.reason:
            return super().text(language)
        return {"zh": self.zh_named, "en": self.en_named}[language].replace("{name}", self.reason)


class UpstreamNotCompatible(ReplyError):
    code = "upstream_not_compatible"
    zh = "这个地址不像 OpenAI 兼容接口"
    en = "This address does not answer like an OpenAI-compatible one"
