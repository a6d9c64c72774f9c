"""Failures of passkeys."""

from app.errors.base import AppError
from app.errors.missing import ObjectNotFound


class PasskeyRefused(AppError):
    """One answer for whatever is wrong with what an authenticator signed, also where nobody has
    such a passkey. `purpose`: what it was given for; `cause`: what is wrong, for the operator
    alone; `user_id`: whose it is."""

    status, code = 401, "passkey_refused"
    zh = "通行密钥未被接受，请重试"
    en = "This passkey was not accepted; try again"

    def __init__(
        self, cause: str = "unknown", purpose: str = "login", user_id: int | None = None
    ) -> None:
        super().__init__()
        self.cause = cause
        self.purpose = purpose
        self.user_id = user_id

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class PasskeyNeedsPassword(AppError):
    """The passkey is right; it is from before a restore, and may have been removed since."""

    status, code = 403, "passkey_needs_password"
    zh = "服务器的数据从备份恢复过：请先用密码登录，再用这个通行密钥作为第二步"
    en = (
        "This server's data came back from a backup: log in with your password, with this passkey"
        " as the second step"
    )


class PasskeyNotFound(ObjectNotFound):
    kind, code = "passkey", "passkey_not_found"
    zh, en = "通行密钥不存在", "There is no such passkey"


class PasskeyExists(AppError):
    status, code = 409, "passkey_exists"
    zh, en = "这个通行密钥已经添加过", "This passkey was added before"


class TooManyPasskeys(AppError):
    status, code = 409, "too_many_passkeys"
    zh, en = "通行密钥最多 {limit} 个", "There can be no more than {limit} passkeys"

    def __init__(self, limit: int = 0) -> None:
        super().__init__(limit=limit)


class PasskeysUnavailable(AppError):
    status, code = 409, "passkeys_unavailable"
    zh = "通行密钥只能在这台服务器的正式地址（https）上使用"
    en = "Passkeys work only at this server's own address, by https"
