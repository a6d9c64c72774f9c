"""Who may make an account and log in, whose an e-mail address is, and what people look like."""

from app.errors.base import AppError


class InviteInvalid(AppError):
    """One answer for every invitation that is not good: whatever is wrong with it."""

    status, code = 403, "invite_invalid"
    zh, en = "邀请无效或已过期", "This invitation is not valid, or it is used up"


class ApprovalPending(AppError):
    """`user_id`: whose right password was given."""

    status, code = 403, "approval_pending"
    zh = "你的账户正在等待管理员批准"
    en = "Your account waits for an administrator to approve it"

    def __init__(self, user_id: int | None = None) -> None:
        super().__init__()
        self.user_id = user_id


class EmailUnverified(AppError):
    """`user_id`: whose right password was given."""

    status, code = 403, "email_unverified"
    zh = "请先打开我们发到你邮箱的链接，确认邮箱地址"
    en = "Confirm your e-mail address first, by the link that was sent to it"

    def __init__(self, user_id: int | None = None) -> None:
        super().__init__()
        self.user_id = user_id


class InvalidEmailLink(AppError):
    status, code = 422, "invalid_email_link"
    zh, en = "链接无效或已过期", "The link is not valid, or has expired"


class InviteNotFound(AppError):
    status, code = 404, "invite_not_found"
    zh, en = "邀请不存在", "There is no such invitation"

    def __init__(self, id: int | None = None) -> None:
        super().__init__()
        self.id = id


class SetByEnvironment(AppError):
    status, code = 409, "set_by_environment"
    zh = "{setting} 已在服务器的环境变量中设定，只能在那里修改"
    en = "{setting} is set in the server's environment, and is changed there"

    def __init__(self, setting: str = "?") -> None:
        super().__init__(setting=setting)


class AvatarNotFound(AppError):
    status, code = 404, "avatar_not_found"
    zh, en = "没有头像", "There is no picture"


class AvatarTooLarge(AppError):
    status, code = 413, "avatar_too_large"
    zh, en = "头像不能超过 {limit} KB", "A picture of a person has {limit} KB at most"

    def __init__(self, limit: int = 0) -> None:
        super().__init__(limit=limit)


class AvatarUnreadable(AppError):
    status, code = 422, "avatar_unreadable"
    zh = "无法读取这张图片；请用边长不超过 4096 像素的 PNG、JPEG 或 WebP"
    en = "This picture cannot be read; take a PNG, JPEG or WebP of no more than 4096 pixels a side"
