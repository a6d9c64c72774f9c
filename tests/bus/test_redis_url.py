"""What REDIS_URL may say."""

import pytest
from pydantic import ValidationError

from app.config import Settings
from app.redis_url import read


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("redis://127.0.0.1", 0),
        ("redis://ada:hunter2@[::1]:6380/3", 3),
        ("rediss://redis.example.com/", 0),
        ("unix:///run/redis/redis.sock", 0),
    ],
)
def test_one_server(url: str, database: int) -> None:
    place = read(url)
    assert (place.database, place.url, place.sentinels) == (database, url, ())
    assert "hunter2" not in repr(place)


def test_sentinels() -> None:
    place = read("redis+sentinel://ada:p%40ss@10.0.0.1:26380,[::1],sentinel/chat/2")
    assert place.sentinels == (("10.0.0.1", 26380), ("::1", 26379), ("sentinel", 26379))
    assert (place.service, place.database) == ("chat", 2)
    assert (place.username, place.password) == ("ada", "p@ss")
    place = read("redis+sentinel://:p%40ss@host/chat?sentinel_password=p%40ss2")
    assert (place.password, place.sentinel_password) == ("p@ss", "p@ss2")
    assert "p@ss" not in repr(place)


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "http://hunter2",
        "redis://",
        "redis://host:hunter2",
        "redis://host/hunter2",
        "unix://hunter2",
        "redis+sentinel://:hunter2@host",
        "redis+sentinel:///hunter2",
        "redis+sentinel://host:hunter2/chat",
        "redis+sentinel://host/chat?password=hunter2",
    ],
)
def test_anything_else_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, redis_url=url)
    assert "must be such as redis://" in str(refused.value)
    assert "hunter2" not in str(refused.value)
