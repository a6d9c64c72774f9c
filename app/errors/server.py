"""Failures that pass: too much at once, or the server's own trouble. The request may come again."""

from app.errors.base import AppError

# 429: too many


class TooMany(AppError):
    status, close_code = 429, 4429

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


class DailyLimitReached(TooMany):
    code = "daily_limit_reached"
    zh = "今天的默认模型次数已用完，请配置自己的模型"
    en = "Today's share of the default model is used up; configure a model of your own"


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
