"""What is asked for and is not there, or is not there for whoever asks."""

from typing import ClassVar, Literal

from app.errors.base import AppError

ObjectKind = Literal[
    "conversation",
    "message",
    "attachment",
    "session",
    "connection",
    "model",
    "preset",
    "folder",
    "import",
    "share",
    "key",
    "identity",
    "passkey",
]


NOT_FOR_ROBOTS = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


class ObjectNotFound(AppError):
    """`id`: what was asked for. It may be there, and somebody else's."""

    status = 404
    kind: ClassVar[ObjectKind]

    def __init__(self, id: int | None = None) -> None:
        super().__init__()
        self.id = id


class FactorNotFound(AppError):
    status, code = 404, "factor_not_found"
    zh, en = "还没有设置两步登录", "Two-step login is not set up"


class SessionNotFound(ObjectNotFound):
    kind, code = "session", "session_not_found"
    zh, en = "登录会话不存在", "There is no such session"


class ConversationNotFound(ObjectNotFound):
    kind, code, close_code = "conversation", "conversation_not_found", 4404
    zh, en = "对话不存在", "There is no such conversation"


class MessageNotFound(ObjectNotFound):
    kind, code = "message", "message_not_found"
    zh, en = "消息不存在", "There is no such message"


class AttachmentNotFound(ObjectNotFound):
    kind, code = "attachment", "attachment_not_found"
    zh, en = "附件不存在", "There is no such file"


class ConnectionNotFound(ObjectNotFound):
    kind, code = "connection", "connection_not_found"
    zh, en = "模型连接不存在", "There is no such connection"


class ModelNotFound(ObjectNotFound):
    kind, code = "model", "model_not_found"
    zh, en = "模型不存在", "There is no such model"


class PresetNotFound(ObjectNotFound):
    kind, code = "preset", "preset_not_found"
    zh, en = "预设不存在", "There is no such preset"


class FolderNotFound(ObjectNotFound):
    kind, code = "folder", "folder_not_found"
    zh, en = "文件夹不存在", "There is no such folder"


class ImportNotFound(ObjectNotFound):
    kind, code = "import", "import_not_found"
    zh, en = "导入不存在", "There is no such import"


class ShareNotFound(ObjectNotFound):
    """Also whatever is asked for under the address of a link: why there is nothing is not told."""

    kind, code = "share", "share_not_found"
    zh, en = "分享链接不存在或已失效", "There is no such link, or it is over"

    @property
    def headers(self) -> dict[str, str]:
        return NOT_FOR_ROBOTS


class KeyNotFound(ObjectNotFound):
    kind, code = "key", "key_not_found"
    zh, en = "API 密钥不存在", "There is no such API key"


class IdentityNotFound(ObjectNotFound):
    kind, code = "identity", "identity_not_found"
    zh, en = "没有关联这个登录账号", "No such account is linked"


class ConfigNotFound(AppError):
    status, code = 404, "config_not_found"
    zh, en = "尚未配置模型", "No model has been configured yet"
