"""Every failure a client can meet, as one tree: status, stable code, plain words in two languages.

HTTP answers `{"detail": text, "code": code}`; a socket sends the same two as an `error` event.
"""

from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class AppError(Exception):
    """A failure with an answer. `details` fill the placeholders of its texts.

    `client_id` names the message of a socket that was refused.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    close_code: ClassVar[int | None] = None
    zh: ClassVar[str] = "服务器内部错误"
    en: ClassVar[str] = "Internal server error"

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details
        self.client_id: str | None = None

    def text(self, language: Language) -> str:
        """The failure in plain words of one language."""
        return (self.zh if language == "zh" else self.en).format(**self.details)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the HTTP answer carries besides its body."""
        return {}


# 400, 413, 422: the request itself


class InvalidInput(AppError):
    status, code = 422, "invalid_input"
    zh, en = "请求内容不正确：{where}", "The request is not valid: {where}"


class MalformedJson(AppError):
    status, code = 422, "invalid_json"
    zh, en = "请求内容不是有效的 JSON", "The request is not valid JSON"


class BlankMessage(AppError):
    status, code = 422, "blank_message"
    zh, en = "消息不能为空", "The message is empty"


class MessageTooLong(AppError):
    status, code = 422, "message_too_long"
    zh, en = "消息超过 {limit} 个字符", "The message is longer than {limit} characters"


class InvalidUsername(AppError):
    status, code = 422, "invalid_username"
    zh = "用户名不能含有空白、@、控制字符或不可见字符"
    en = "A user name has no blanks, no @, no control and no invisible characters"


class PasswordTooCommon(AppError):
    status, code = 422, "password_too_common"
    zh, en = "这个密码太常见，请换一个", "This password is too common; choose another one"


class InvalidResetToken(AppError):
    status, code = 422, "invalid_reset_token"
    zh, en = "重置令牌无效或已过期", "The reset token is not valid, or has expired"


class InvalidCursor(AppError):
    status, code = 422, "invalid_cursor"
    zh, en = "游标不属于这个对话", "The cursor does not belong to this conversation"


class ClientIdReused(AppError):
    status, code = 422, "client_id_reused"
    zh = "这个 client_id 已用于另一条消息"
    en = "This client_id was already used for another message"


class ModelUrlNotAllowed(AppError):
    status, code = 422, "model_url_not_allowed"
    zh, en = "不允许使用这个模型地址", "This model URL cannot be used"


class ApiKeyRequired(AppError):
    status, code = 422, "api_key_required"
    zh = "更改模型地址时需要重新填写 API 密钥"
    en = "A new model URL needs its API key"


class BodyTooLarge(AppError):
    status, code = 413, "body_too_large"
    zh, en = "请求内容过大", "The request body is too large"


# 401, 403, 404, 405, 409


class InvalidCredentials(AppError):
    status, code = 401, "invalid_credentials"
    zh, en = "用户名或密码错误", "Wrong user name or password"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class InvalidToken(AppError):
    status, code, close_code = 401, "invalid_token", 4401
    zh, en = "登录已失效，请重新登录", "Not logged in, or the login has expired"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class RegistrationClosed(AppError):
    status, code = 403, "registration_closed"
    zh, en = "注册已关闭", "Registration is closed"


class WrongPassword(AppError):
    status, code = 403, "wrong_password"
    zh, en = "密码错误", "Wrong password"


class OriginNotAllowed(AppError):
    status, code = 403, "origin_not_allowed"
    zh, en = "不允许从这个网站连接", "Connections from this site are not allowed"


class NotFound(AppError):
    status, code = 404, "not_found"
    zh, en = "没有这个页面", "There is nothing at this address"


class MethodNotAllowed(AppError):
    status, code = 405, "method_not_allowed"
    zh, en = "不支持这种请求方法", "This method is not supported here"


class SessionNotFound(AppError):
    status, code = 404, "session_not_found"
    zh, en = "登录会话不存在", "There is no such session"


class ConversationNotFound(AppError):
    status, code, close_code = 404, "conversation_not_found", 4404
    zh, en = "对话不存在", "There is no such conversation"


class MessageNotFound(AppError):
    status, code = 404, "message_not_found"
    zh, en = "消息不存在", "There is no such message"


class ConfigNotFound(AppError):
    status, code = 404, "config_not_found"
    zh, en = "尚未配置模型", "No model has been configured yet"


class UsernameTaken(AppError):
    status, code = 409, "username_taken"
    zh, en = "用户名已被使用", "This user name is taken"


class EmailTaken(AppError):
    status, code = 409, "email_taken"
    zh, en = "邮箱已被使用", "This e-mail address is taken"


class ModelNotConfigured(AppError):
    status, code = 409, "model_not_configured"
    zh, en = "请先配置模型", "Configure a model first"


class CannotContinue(AppError):
    status, code = 409, "cannot_continue"
    zh, en = "这条回复不需要继续", "This reply is not one that can be continued"


class ReplyInProgress(AppError):
    status, code = 409, "reply_in_progress"
    zh, en = "上一条回复还未结束", "The previous reply has not ended yet"


class KeyUnreadable(AppError):
    status, code = 409, "api_key_unreadable"
    zh = "无法解密已保存的 API 密钥，请重新填写"
    en = "The saved API key cannot be decrypted; please enter it again"


# 429: too many


class TooMany(AppError):
    """`retry_after` is in seconds."""

    status, close_code = 429, 4429

    def __init__(self, retry_after: int = 1, **details: object) -> None:
        super().__init__(retry_after=retry_after, **details)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


class RateLimited(TooMany):
    code = "rate_limited"
    zh = "请求过于频繁，请在 {retry_after} 秒后重试"
    en = "Too many requests; try again in {retry_after} seconds"


class TooManyReplies(TooMany):
    code = "too_many_replies"
    zh, en = "同时进行的回复过多", "Too many replies are running at once"


class TooManySockets(TooMany):
    code = "too_many_sockets"
    zh, en = "同时打开的连接过多", "Too many connections are open at once"


class DailyLimitReached(TooMany):
    code = "daily_limit_reached"
    zh = "今天的默认模型次数已用完，请配置自己的模型"
    en = "Today's share of the default model is used up; configure a model of your own"


# 503: the server's own trouble


class Unavailable(AppError):
    status, close_code = 503, 1013

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "5"}


class ServerBusy(Unavailable):
    code = "server_busy"
    zh, en = "服务器繁忙，请稍后重试", "The server is busy; please try again soon"


class ServerRestarting(Unavailable):
    code, close_code = "server_restarting", 1012
    zh, en = "服务器正在重启，请稍后重连", "The server is restarting; please reconnect"


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    zh, en = "数据库暂时不可用，请稍后重试", "The database is unavailable; please try again soon"


class StorageFull(Unavailable):
    status, code = 507, "storage_full"
    zh, en = "服务器存储空间不足", "The server has no storage space left"


# How a reply can fail. These end a reply (`error` event, `message.error`), not a request.


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


def error_by_code(code: str) -> AppError:
    """The error that a stored code names; `Interrupted` for one that no longer exists."""
    return _BY_CODE.get(code, Interrupted)()


def _tree(root: type[AppError]) -> dict[str, type[AppError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


_BY_CODE = _tree(AppError)
