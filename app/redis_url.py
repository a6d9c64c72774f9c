"""What `REDIS_URL` may say: a server, or a service that sentinels know."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SENTINEL = "redis+sentinel"
SCHEMES = ("redis", "rediss", "unix", SENTINEL)
SENTINEL_PORT = 26379


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """Where a Redis is. `sentinels` and `service` are there for `redis+sentinel://` alone, and
    `url` for all others. Sentinels have a password of their own, or none. What holds a password
    does not show itself."""

    database: int
    url: str = field(default="", repr=False)
    sentinels: tuple[tuple[str, int], ...] = ()
    service: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_password: str | None = field(default=None, repr=False)


def read(value: str) -> RedisPlace:
    """The place that a URL names. Raises ValueError, whose text does not quote it."""
    try:
        url = urlsplit(value)
        if url.scheme == SENTINEL:
            return _behind_sentinels(url)
        if url.scheme == "unix":
            if not url.path.startswith("/"):
                raise ValueError
            return RedisPlace(0, value)
        if url.scheme not in SCHEMES or not url.hostname:
            raise ValueError
        _ = url.port
        return RedisPlace(int(url.path.strip("/") or 0), value)
    except ValueError:
        raise ValueError(
            "must be such as redis://:password@host:6379/0, rediss://host, unix:///run/redis.sock "
            "or redis+sentinel://:password@host:26379,host:26379/service"
        ) from None


def _behind_sentinels(url: SplitResult) -> RedisPlace:
    said, _, hosts = url.netloc.rpartition("@")
    username, _, password = (unquote(part) for part in said.partition(":"))
    service, _, database = url.path.strip("/").partition("/")
    sentinels = tuple(_address(host) for host in hosts.split(","))
    query = parse_qs(url.query, strict_parsing=True) if url.query else {}
    own = query.pop("sentinel_password", [""])[-1]
    if not service or query:
        raise ValueError
    return RedisPlace(
        int(database or 0),
        sentinels=sentinels,
        service=service,
        username=username or None,
        password=password or None,
        sentinel_password=own or None,
    )


def _address(host: str) -> tuple[str, int]:
    one = urlsplit(f"//{host}")
    if not one.hostname:
        raise ValueError
    return one.hostname, one.port or SENTINEL_PORT
