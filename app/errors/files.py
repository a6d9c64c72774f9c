"""Files that cannot be taken in, or let go of."""

from app.errors.base import AppError


class AttachmentTooLarge(AppError):
    status, code = 413, "attachment_too_large"
    zh, en = "附件超过 {limit} MB", "The file is larger than {limit} MB"

    def __init__(self, limit_bytes: int = 0) -> None:
        super().__init__(limit=f"{limit_bytes / 1_048_576:.3g}")


class AttachmentNotSupported(AppError):
    status, code = 415, "attachment_not_supported"
    zh = "不支持这种文件：可以附加图片、PDF、Word（.docx）、网页和文本"
    en = "This kind of file is not read: pictures, PDF, Word (.docx), web pages and text are"


class AttachmentUnreadable(AppError):
    status, code = 422, "attachment_unreadable"
    zh = "无法读取这个文件：它已损坏、有密码，或内容过大"
    en = "This file cannot be read: it is damaged, has a password, or holds too much"


class QuotaReached(AppError):
    status, code = 409, "quota_reached"
    zh = "附件的存储空间已满，请删除带附件的对话"
    en = "There is no room for more files; delete conversations that hold some"


class AttachmentInUse(AppError):
    status, code = 409, "attachment_in_use"
    zh, en = "这个附件已随消息发送", "This file was sent with a message"
