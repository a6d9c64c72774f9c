"""Failures that pass: too much at once, or the server's own trouble. The request may come again."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from app.errors.base import AppError, Language

UNITS_ZH = {"messages": "{n} 条消息", "tokens": "{n} 个 token", "nano_usd": "{n} 美元"}
UNITS_EN = {"messages": "{n} message", "tokens": "{n} token", "nano_usd": "{n} US dollar"}
NANO_PLACES = 9

# 429: too many


class TooMany(AppError):
    """`told`: what programs are told besides, in headers."""

    status, close_code = 429, 4429
    told: Mapping[str, str] = MappingProxyType({})

    def __init__(self, retry_after: int = 1, **details: object) -> None:
        super().__init__(retry_after=retry_after, **details)
        self.retry_after = retry_after


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


class TooManyUploads(TooMany):
    code = "too_many_uploads"
    zh, en = "同时上传的文件过多", "Too many files are being uploaded at once"


class DailyLimitReached(TooMany):
    code = "daily_limit_reached"
    zh = "今天的默认模型次数已用完，请配置自己的模型"
    en = "Today's share of the default model is used up; configure a model of your own"


class CapReached(TooMany):
    """A cap on what may be used, of the operator's or of one's own (`reason`), in the period that
    runs. Where an error is made anew from its code alone, the sentence does not say which."""

    code = "cap_reached"
    zh, en = "已达到用量上限", "A limit of what may be used is reached"
    zh_known = "已达到{whose}的用量上限（每{period} {amount}），{at}（UTC）起重新计算"
    en_known = (
        "The limit that {whose} set ({amount} a {period}) is reached; it begins anew at {at} UTC"
    )

    def __init__(
        self,
        source: Literal["operator", "user", "key"] | None = None,
        period: Literal["day", "month"] = "day",
        unit: Literal["messages", "tokens", "nano_usd"] = "messages",
        amount: int = 0,
        resets_at: datetime | None = None,
        now: datetime | None = None,
    ) -> None:
        is_known = resets_at is not None and now is not None
        seconds = int((resets_at - now).total_seconds()) + 1 if resets_at and now else 1
        super().__init__(retry_after=max(seconds, 1))
        self.reason = source
        self._known = (source, period, unit, amount, resets_at) if is_known else None

    def text(self, language: Language) -> str:
        if self._known is None:
            return super().text(language)
        source, period, unit, amount, at = self._known
        number = f"{amount:,}"
        if unit == "nano_usd":
            number = f"{amount / 10**NANO_PLACES:,.6f}".rstrip("0").rstrip(".")
        words = {"at": f"{at:%Y-%m-%d %H:%M}"}
        if language == "zh":
            whose = {"user": "自己设定", "key": "为此密钥设定"}.get(source or "", "管理员设定")
            words |= {"whose": whose, "period": "天" if period == "day" else "月"}
            return self.zh_known.format(amount=UNITS_ZH[unit].format(n=number), **words)
        others = {"user": "you have", "key": "the owner of this key has"}
        whose = others.get(source or "", "the operator has")
        words |= {"whose": whose, "period": period}
        many = UNITS_EN[unit].format(n=number) + ("" if number == "1" else "s")
        return self.en_known.format(amount=many, **words)


# 503: the server's own trouble


class Unavailable(AppError):
    status, close_code, retry_after = 503, 1013, 5


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
