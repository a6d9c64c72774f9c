"""What administrators may not do, and what others may not do in their place."""

from app.errors.base import AppError


class AdminOnly(AppError):
    """One answer for every address of theirs, whatever is asked for there."""

    status, code = 403, "admin_only"
    zh, en = "仅限管理员", "This is for administrators"


class UserNotFound(AppError):
    status, code = 404, "user_not_found"
    zh, en = "用户不存在", "There is no such user"


class OwnAccount(AppError):
    status, code = 409, "own_account"
    zh = "不能在这里更改自己的角色、停用或删除自己的账户"
    en = "Nobody changes their own role here, or disables or deletes themselves"


class LastAdmin(AppError):
    status, code = 409, "last_admin"
    zh = "这是最后一位管理员，请先指定另一位"
    en = "This is the last administrator; appoint another one first"


class NotPending(AppError):
    status, code = 409, "not_pending"
    zh, en = "这个账户不在等待批准", "This account does not wait for approval"


class NotDeleted(AppError):
    status, code = 409, "not_deleted"
    zh = "这个账户没有被删除，或已不能恢复"
    en = "This account is not deleted, or can no longer be restored"


class UserDeleted(AppError):
    status, code = 409, "user_deleted"
    zh, en = "这个账户已被删除，请先恢复", "This account is deleted; restore it first"


class NotActive(AppError):
    status, code = 409, "not_active"
    zh, en = "这个账户目前不能使用", "This account is not in use"
