"""Failures of a request: it cannot be read, or it cannot be granted.

Some carry what the audit log says of them; no text of theirs does.
"""

from collections.abc import Sequence
from typing import Literal

from app.errors.base import AppError, Language

UrlRefusal = Literal["malformed", "query", "private_address", "host"]
"""No model's URL · one with a query · it names a private address · its host is not found, or may
not be called."""
URL_REFUSALS_ZH = {
    "malformed": "这不是模型服务的地址：应以 http:// 或 https:// 开头，不含用户名、查询参数和片段",
    "query": (
        "地址不能带查询参数（? 及其后的部分），请去掉；Azure 请用"
        " https://名称.openai.azure.com/openai/v1"
    ),
    "private_address": (
        "服务器只访问管理员放行的内网地址；放行的设置是 ALLOWED_PRIVATE_MODEL_HOSTS"
    ),
    "host": ("找不到这个主机，或不允许访问；内网主机须由管理员放行（ALLOWED_PRIVATE_MODEL_HOSTS）"),
}
URL_REFUSALS_EN = {
    "malformed": (
        "This is not the address of a model's server: it begins with http:// or https:// and has"
        " no user name, query or fragment"
    ),
    "query": (
        "An address with a query cannot be used: leave out what begins with the question mark;"
        " for Azure take https://NAME.openai.azure.com/openai/v1"
    ),
    "private_address": (
        "This server calls a private address only where its operator allows it, by the setting"
        " ALLOWED_PRIVATE_MODEL_HOSTS"
    ),
    "host": (
        "This host was not found, or may not be called; a private one must be allowed by the"
        " operator (ALLOWED_PRIVATE_MODEL_HOSTS)"
    ),
}

# 400, 413, 422: the request itself


class InvalidInput(AppError):
    """`fields`: which fields of the request are wrong, each with what is wrong there."""

    status, code = 422, "invalid_input"
    zh, en = "请求内容不正确：{where}", "The request is not valid: {where}"

    def __init__(self, where: str, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(where=where)
        self.fields = fields


class FieldMissing(InvalidInput):
    """A field that may be left out, but not here."""

    def __init__(self, field: str = "?") -> None:
        super().__init__(where=field)
        self.field = field


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
    zh = "用户名不能含有 @、控制字符或不可见字符；词与词之间只能有一个空格"
    en = (
        "A user name has no @, no control and no invisible characters, and one blank at most"
        " between two words"
    )


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

    def __init__(self, host: str | None = None, reason: UrlRefusal | None = None) -> None:
        """`reason` depends on the URL's text alone: the answer to a lookup is told to nobody."""
        super().__init__()
        self.host = host
        self.reason = reason

    def text(self, language: Language) -> str:
        words = {"zh": URL_REFUSALS_ZH, "en": URL_REFUSALS_EN}[language]
        return words[self.reason] if self.reason in words else super().text(language)


class ApiKeyRequired(AppError):
    status, code = 422, "api_key_required"
    zh = "更改模型地址时需要重新填写 API 密钥"
    en = "A new model URL needs its API key"


class HeadTooLarge(AppError):
    status, code = 431, "head_too_large"
    zh, en = "请求头过大", "The request's address and headers are too large"


class BodyTooLarge(AppError):
    status, code = 413, "body_too_large"
    zh, en = "请求内容过大", "The request body is too large"


class RequestTimeout(AppError):
    status, code = 408, "request_timeout"
    zh, en = "请求没有在限定时间内发送完", "The rest of the request did not come in time"

    @property
    def headers(self) -> dict[str, str]:
        return {"Connection": "close"}  # RFC 9110 section 15.5.9


# 401, 403, 404, 405, 409


class InvalidCredentials(AppError):
    status, code = 401, "invalid_credentials"
    zh, en = "用户名或密码错误", "Wrong user name or password"

    def __init__(self, user_id: int | None = None) -> None:
        """`user_id`: whose password was tried, where there is an account of that name."""
        super().__init__()
        self.user_id = user_id

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class InvalidToken(AppError):
    status, code, close_code = 401, "invalid_token", 4401
    zh, en = "登录已失效，请重新登录", "Not logged in, or the login has expired"

    def __init__(self, ticket_of: int | None = None, session_id: int | None = None) -> None:
        """`ticket_of`: whose ticket came a second time; `session_id`: which session has ended; each
        where that is what is wrong."""
        super().__init__()
        self.ticket_of = ticket_of
        self.session_id = session_id

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class InvalidKey(AppError):
    """Of a program's request. One answer for every key that is not good."""

    status, code = 401, "invalid_api_key"
    zh, en = "API 密钥无效", "This API key is not valid"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class RegistrationClosed(AppError):
    status, code = 403, "registration_closed"
    zh, en = "注册已关闭", "Registration is closed"


class WrongPassword(AppError):
    status, code = 403, "wrong_password"
    zh, en = "密码错误", "Wrong password"


class LoginTooOld(AppError):
    status, code = 403, "login_too_old"
    zh, en = "请再次确认是你本人，以继续", "Confirm that it is you to go on"


class SharedModel(AppError):
    status, code = 403, "shared_model"
    zh, en = "共享模型只能由管理员修改", "A shared model is changed by its operator only"


class HttpsRequired(AppError):
    status, code = 403, "https_required"
    zh, en = "请使用 https 访问", "Use https for this"


class OriginNotAllowed(AppError):
    status, code = 403, "origin_not_allowed"
    zh, en = "不允许从这个网站连接", "Connections from this site are not allowed"


class NotFound(AppError):
    status, code = 404, "not_found"
    zh, en = "没有这个页面", "There is nothing at this address"


class MethodNotAllowed(AppError):
    status, code = 405, "method_not_allowed"
    zh, en = "不支持这种请求方法", "This method is not supported here"


class UsernameTaken(AppError):
    status, code = 409, "username_taken"
    zh, en = "用户名已被使用", "This user name is taken"


class EmailTaken(AppError):
    status, code = 409, "email_taken"
    zh, en = "邮箱已被使用", "This e-mail address is taken"


class FolderNameTaken(AppError):
    status, code = 409, "folder_name_taken"
    zh, en = "已有同名文件夹", "There is a folder of this name already"


class ModelNotConfigured(AppError):
    status, code = 409, "model_not_configured"
    zh, en = "请先配置模型", "Configure a model first"


class ModelGone(AppError):
    """The model that was chosen earlier cannot be asked any more; no other one answers unasked."""

    status, code = 409, "model_gone"
    zh, en = "模型 {model} 已不可用，请另选一个", "The model {model} is gone; choose another one"

    def __init__(self, model: str = "?") -> None:
        super().__init__(model=model)


class ListFull(AppError):
    status, code = 409, "list_full"
    zh, en = "最多只能有 {limit} 个", "There can be no more than {limit}"

    def __init__(self, limit: int = 0) -> None:
        super().__init__(limit=limit)


class MailNotConfigured(AppError):
    status, code = 409, "mail_not_configured"
    zh, en = "服务器不能发送邮件，请联系管理员", "This server sends no mail; ask its operator"


class CannotContinue(AppError):
    status, code = 409, "cannot_continue"
    zh, en = "这条回复不需要继续", "This reply is not one that can be continued"


class ReplyInProgress(AppError):
    status, code = 409, "reply_in_progress"
    zh, en = "上一条回复还未结束", "The previous reply has not ended yet"

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after


class MessageDeleted(AppError):
    status, code = 409, "message_deleted"
    zh, en = "这条消息已被删除", "This message was deleted"


class KeyUnreadable(AppError):
    status, code = 409, "api_key_unreadable"
    zh = "无法解密已保存的 API 密钥，请重新填写"
    en = "The saved API key cannot be decrypted; please enter it again"
