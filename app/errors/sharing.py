"""Conversations that cannot be shown to others."""

from app.errors.base import AppError


class SharesOff(AppError):
    status, code = 403, "shares_off"
    zh, en = "管理员已关闭分享", "The operator has switched links off"


class NothingToShare(AppError):
    status, code = 409, "nothing_to_share"
    zh, en = "这个对话里还没有可分享的内容", "There is nothing in this conversation yet to be shown"


class ShareTooLong(AppError):
    status, code = 409, "share_too_long"
    zh = "对话太长，无法分享：最多 {messages} 条消息、{characters} 个字符"
    en = (
        "The conversation is too long for a link: {messages} messages and {characters} characters"
        " are the most"
    )

    def __init__(self, messages: int = 0, characters: int = 0) -> None:
        super().__init__(messages=f"{messages:,}", characters=f"{characters:,}")
