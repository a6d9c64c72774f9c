"""Failures of a login in two steps, and of what sets it up."""

from collections.abc import Sequence

from app.errors.base import AppError


class SecondFactorRequired(AppError):
    """The password was right. `ticket` is what the second step wants, besides one of `kinds`."""

    status, code = 401, "second_factor_required"
    zh = "请完成第二步：验证器应用中的验证码、通行密钥，或一个恢复码"
    en = "Now the second step: the code of your authenticator app, a passkey, or a recovery code"

    def __init__(self, ticket: str = "", kinds: Sequence[str] = ()) -> None:
        super().__init__()
        self.ticket = ticket
        self.kinds = [*kinds]

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class SecondStepOver(AppError):
    status, code = 401, "second_step_over"
    zh, en = (
        "登录已超时，请从密码重新开始",
        "This login took too long; begin again with the password",
    )

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class WrongCode(AppError):
    status, code = 403, "wrong_code"
    zh = "验证码或恢复码不正确，或已经用过"
    en = "This code is wrong, or was used before"

    def __init__(self, user_id: int | None = None) -> None:
        """`user_id`: whose code was tried."""
        super().__init__()
        self.user_id = user_id


class CodeRequired(AppError):
    """The password was right, in a login of an account that has a second factor."""

    status, code = 403, "code_required"
    zh, en = "还需要验证码或恢复码", "A code of your authenticator app is wanted, too"


class SecondFactorNeeded(AppError):
    status, code, close_code = 403, "second_factor_needed", 4403
    zh = "这台服务器要求两步登录：请先在设置中开启"
    en = "This server wants two-step logins: set yours up first"


class LastWay(AppError):
    status, code = 409, "last_way"
    zh = "这是你登录的最后一种方式；请先添加另一种"
    en = "This is the last way in which you can log in; add another one first"


class FactorExists(AppError):
    status, code = 409, "factor_exists"
    zh, en = (
        "两步登录已开启；要更换，请先关闭",
        "Two-step login is on; turn it off to set up another",
    )
