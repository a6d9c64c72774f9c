"""What is written in mails about addresses, in Chinese and English."""

from typing import Literal

from app.errors import Language

LetterKind = Literal["verify", "old", "new"]
TEXTS: dict[LetterKind, dict[Language, tuple[str, str]]] = {
    "verify": {
        "zh": (
            "确认邮箱地址",
            "{name}，您好：\n\n请打开下面的链接，确认这个邮箱地址属于您。"
            "链接 24 小时内有效，只能使用一次。\n\n{link}\n\n"
            "如果您没有注册账户，请忽略这封邮件。\n",
        ),
        "en": (
            "Confirm your e-mail address",
            "Hello {name},\n\nthis link confirms that the address is yours, once and within 24"
            " hours:\n\n{link}\n\nIf you have made no account, do nothing.\n",
        ),
    },
    "old": {
        "zh": (
            "更改邮箱地址",
            "{name}，您好：\n\n有人要求把您账户的邮箱地址改为 {email}。"
            "请在下面的页面上同意或取消。链接 24 小时内有效。\n\n{link}\n\n"
            "如果这不是您本人的请求，请取消，并立即更改密码。\n",
        ),
        "en": (
            "Another e-mail address",
            "Hello {name},\n\nthe address of your account is to become {email}. Agree, or cancel"
            " it, on this page within 24 hours:\n\n{link}\n\nIf you did not ask for it, cancel it"
            " and change your password at once.\n",
        ),
    },
    "new": {
        "zh": (
            "确认新的邮箱地址",
            "{name}，您好：\n\n请打开下面的链接，确认这是您账户的新邮箱地址。"
            "原来的地址也同意之后，更改才会生效。链接 24 小时内有效。\n\n{link}\n\n"
            "如果这不是您本人的请求，请忽略这封邮件。\n",
        ),
        "en": (
            "Confirm your new e-mail address",
            "Hello {name},\n\nthis link confirms the new address of your account, within 24 hours."
            " It is changed once the old address has agreed, too:\n\n{link}\n\nIf you did not ask"
            " for it, do nothing.\n",
        ),
    },
}
PAGES: dict[LetterKind, str] = {"verify": "verify", "old": "email", "new": "email"}
