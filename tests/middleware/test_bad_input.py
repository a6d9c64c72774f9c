"""Whatever comes in, the answer is a clear refusal of the one shape: no 5xx, nothing echoed."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = pytest.mark.anyio

MARK = "echo-me-not"
QUOTED_MARK = b'"echo-me-not"'
JSON = {"Content-Type": "application/json"}
UNSEEN = (
    "\x01",
    "\u200b\u200b",
    "\xad",
    "\u3164",
    "\u2800 \u2800",
    "\ufe0f",
    "\u200d",
    "\u202e",
    "\u034f\u115f\uffa0",
    "\U000e0041\U000e01ef",
)
"""Texts without a character that can be seen."""
SEEN = (
    "\U0001f469\u200d\U0001f373",
    "\u2764\ufe0f",
    "e\u0301",
    "\u0301",
    "\u5b57",
    "\u06dd",
    "\u200f\u0645",
)
"""Joined emoji, marks, a Chinese character, an Arabic sign and letter."""
BODIES: list[tuple[str, str, dict[str, Any]]] = [
    (
        "POST",
        "/auth/register",
        {"username": "bad-input", "email": "b@example.com", "password": PASSWORD},
    ),
    ("POST", "/auth/login", {"username_or_email": "ada", "password": PASSWORD}),
    (
        "PUT",
        "/auth/config",
        {"model_url": "http://127.0.0.1:1/v1", "model_name": "m", "api_key": "k"},
    ),
    ("POST", "/auth/config/models", {"model_url": "http://127.0.0.1:1/v1", "api_key": "k"}),
    (
        "POST",
        "/auth/config/test",
        {"model_url": "http://127.0.0.1:1/v1", "model_name": "m", "api_key": "k"},
    ),
    ("POST", "/auth/refresh", {"refresh_token": "t"}),
    ("PUT", "/auth/password", {"old_password": PASSWORD, "new_password": PASSWORD}),
    ("POST", "/auth/password/reset", {"token": "t", "new_password": PASSWORD}),
    ("DELETE", "/auth/me", {"password": "not the password"}),
    ("POST", "/conversations", {"title": "t"}),
    ("PATCH", "/conversations/{id}", {"title": "t", "system_prompt": "s"}),
    ("POST", "/conversations/{id}/messages", {"content": "c"}),
]
"""Every endpoint with a body, and a good one."""
NOT_JSON = {
    "cut off": b'{"title": "' + MARK.encode(),
    "words": MARK.encode(),
    "bare NaN": b"NaN",
    "not UTF-8": b'{"title": "\xff\xfe' + MARK.encode() + b'"}',
    "a NUL": b"\0",
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "long number": b"1" * 100_000,
    "two values": b"{}{}",
}
NO_OBJECT: dict[str, bytes] = {
    "list": b'["echo-me-not"]',
    "text": b'"echo-me-not"',
    "number": b"7",
    "true": b"true",
}
WITH_NUL = b'"echo-me-not\\u0000"'
WRONG_VALUES = [
    b"7",
    b"true",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"[]",
    b'{"a": "echo-me-not"}',
    WITH_NUL,
    b'"echo-me-not\\ud800"',
    b'"\\udc00\\ud800echo-me-not"',
]
NOT_WRONG = {
    (field, WITH_NUL) for field in ("password", "old_password", "new_password", "username_or_email")
}
"""Names that nobody has and passwords may hold any character."""
NO_BODY_NEEDED = {
    "/conversations",
    "/auth/refresh",
    "/auth/config/models",
    "/auth/config/test",
}
BAD_IDS = [
    "0",
    "-1",
    "+1",
    "%2B1",
    "1.0",
    "1_0",
    "1e1",
    "0x1",
    "01",
    "%201",
    "1%20",
    "1%00",
    "%EF%BC%91",
    "NaN",
    "abc",
    "%FF",
    "1%0A",
    "1'%20OR%20'1'='1",
    str(2**63),
    str(10**30),
    "0" * 20 + "1" * 30,
    "1" * 5000,
]
BY_ID = [
    ("GET", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("POST", "/restore"),
    ("GET", "/messages"),
    ("POST", "/messages"),
    ("POST", "/stop"),
    ("GET", "/stream"),
]


def assert_clean(answer: httpx2.Response, *codes: str) -> None:
    """A 4xx in the one shape that repeats nothing of what was sent."""
    assert 400 <= answer.status_code < 500, (answer.request.url, answer.text)
    assert_refused(answer, answer.status_code, answer.json()["code"])
    assert answer.json()["code"] in codes, answer.text
    assert MARK not in answer.text and PASSWORD not in answer.text


async def ada_with_conversation(server: RunningServer) -> tuple[Person, int]:
    ada = await server.register()
    return ada, await ada.conversation()


@pytest.mark.databases("sqlite")
async def test_bodies_that_are_no_json_or_no_object(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    for method, path, good in BODIES:
        url = path.format(id=id)
        for content in NOT_JSON.values():
            answer = await ada.request(method, url, content=content, headers=JSON)
            assert_clean(answer, "invalid_json", "invalid_input")
        for content in NO_OBJECT.values():
            answer = await ada.request(method, url, content=content, headers=JSON)
            assert_clean(answer, "invalid_input")
        if path not in NO_BODY_NEEDED:
            assert_clean(await ada.request(method, url), "invalid_input")
            assert_clean(await ada.request(method, url, content=b"", headers=JSON), "invalid_input")
        for wrong in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            headers = {"Content-Type": wrong}
            answer = await ada.request(method, url, content=json.dumps(good), headers=headers)
            assert_clean(answer, "invalid_input")
    assert await count(ada) == 1


@pytest.mark.databases("sqlite")
async def test_wrong_and_missing_values(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    for method, path, good in BODIES:
        for field in good:
            for value in WRONG_VALUES:
                if (field, value) in NOT_WRONG:
                    continue
                content = json.dumps(good | {field: MARK}).encode().replace(QUOTED_MARK, value)
                url = path.format(id=id)
                answer = await ada.request(method, url, content=content, headers=JSON)
                assert_clean(answer, "invalid_input")
            if path not in {*NO_BODY_NEEDED, "/conversations/{id}"} and field != "api_key":
                rest = {name: good[name] for name in good if name != field}
                answer = await ada.request(method, path.format(id=id), json=rest)
                assert_clean(answer, "invalid_input")
    assert await count(ada) == 1


async def count(person: Person) -> int:
    total: int = (await person.get("/conversations")).json()["total"]
    return total


async def test_ids_and_numbers_have_one_spelling(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    for bad in BAD_IDS:
        for method, rest in BY_ID:
            options = {"json": {"content": "x"}} if (method, rest) == BY_ID[5] else {}
            answer = await ada.request(method, f"/conversations/{bad}{rest}", **options)
            assert_clean(answer, "invalid_input", "conversation_not_found", "not_found")
        for path in ("/conversations?limit=", "/conversations?offset="):
            if bad not in ("0", "01"):
                assert_clean(await ada.get(path + bad), "invalid_input")
        assert_clean(await ada.get(f"/conversations?before_id={bad}"), "invalid_input")
        for name in ("limit", "before_id"):
            path = f"/conversations/{id}/messages?{name}={bad}"
            assert_clean(await ada.get(path), "invalid_input")
    for cursor in ("", "x", "1.0", "1.0.0", "-1.0.0", f"{10**30}.0.0", "1.0.0.end", "é"):
        headers = {"Last-Event-ID": cursor.encode("latin-1")}
        answer = await ada.get(f"/conversations/{id}/stream", headers=headers)
        assert_clean(answer, "invalid_cursor", "invalid_input")
    for key in ("", "x" * 101, "has blank", "é"):
        headers = {"Idempotency-Key": key.encode("latin-1")}
        path = f"/conversations/{id}/messages"
        answer = await ada.post(path, json={"content": "x"}, headers=headers)
        assert_clean(answer, "invalid_input")
    assert await ada.messages(id) == []


@pytest.mark.databases("sqlite")
async def test_messages_that_say_nothing_or_too_much(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    for content, code in [
        ("", "blank_message"),
        (" \n\t\u3000\u2028", "blank_message"),
        *((text, "blank_message") for text in UNSEEN),
        *((text, "model_not_configured") for text in SEEN),
        ("x" * 100_001, "message_too_long"),
        ("🍣" * 100_001, "message_too_long"),
        ("x" * 100_000, "model_not_configured"),
        ("🍣" * 100_000, "model_not_configured"),
    ]:
        assert_clean(await ada.say(id, content), code)
    assert await ada.messages(id) == []


@pytest.mark.databases("sqlite")
async def test_titles_that_say_nothing(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    for title in ("", " \n\u3000", *UNSEEN):
        for method, path in (("POST", "/conversations"), ("PATCH", f"/conversations/{id}")):
            answer = await ada.request(method, path, json={"title": title})
            assert_clean(answer, "invalid_input")
    for title in SEEN:
        answer = await ada.request("PATCH", f"/conversations/{id}", json={"title": title})
        assert (answer.status_code, answer.json()["title"]) == (200, title)


@pytest.mark.databases("sqlite")
async def test_huge_bodies(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    huge = json.dumps({"content": "x" * 10_000_000}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(huge), 65_536):
            yield huge[start : start + 65_536]

    for method, path, _ in BODIES:
        url = path.format(id=id)
        answer = await ada.request(method, url, content=huge, headers=JSON)
        assert_refused(answer, 413, "body_too_large")
        answer = await ada.request(method, url, content=chunks(), headers=JSON)
        assert_refused(answer, 413, "body_too_large")
    assert (await ada.get("/auth/me")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_unknown_places_and_methods(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    for path in (
        "/nothing",
        "/auth",
        "/auth/me/",
        "/conversations/",
        f"/conversations/{id}/",
        f"/conversations/{id}/nothing",
        "/.env",
        "/../app/main.py",
        "/docs/assets/..%2f..%2fsecret",
        "/docs/assets/secret_key",
        "/%00",
        "/%FF",
        f"/ws/conversations/{id}",
    ):
        for method in ("GET", "POST"):
            answer = await ada.request(method, path)
            if (method, path) != ("POST", "/docs/assets/secret_key"):
                assert_refused(answer, 404, "not_found")
    for method, path, allowed in (
        ("GET", "/auth/register", {"POST"}),
        ("DELETE", "/auth/login", {"POST"}),
        ("POST", "/health/live", {"GET"}),
        ("TRACE", f"/conversations/{id}/stop", {"POST"}),
    ):
        answer = await ada.request(method, path)
        assert_refused(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.databases("sqlite")
async def test_refusals_come_in_two_languages(server: RunningServer) -> None:
    for language, words in (
        ("", ("没有这个页面", "登录已失效，请重新登录", "缺少")),
        ("zh-TW", ("没有这个页面", "登录已失效，请重新登录", "缺少")),
        ("fr", ("没有这个页面", "登录已失效，请重新登录", "缺少")),
        ("en-US,en;q=0.9", ("There is nothing at this address", "Not logged in", "missing")),
        ("zh;q=0.2, en;q=0.3", ("There is nothing at this address", "Not logged in", "missing")),
        ("x;q=y,;;q=,en;q=nan", ("没有这个页面", "登录已失效，请重新登录", "缺少")),
    ):
        headers = {"Accept-Language": language}
        answers = [
            await server.http.get("/nothing", headers=headers),
            await server.http.get("/auth/me", headers=headers),
            await server.http.post("/auth/login", json={}, headers=headers),
        ]
        for answer, text in zip(answers, words, strict=True):
            assert text in answer.json()["detail"], language


async def test_unknown_and_read_only_fields_change_nothing(server: RunningServer) -> None:
    ada, id = await ada_with_conversation(server)
    extra = {
        "id": 1,
        "user_id": 1,
        "yn": 0,
        "created_at": "2000-01-01T00:00:00Z",
        "is_admin": True,
        "role": "admin",
        "password_hash": "x",
        "username_key": "x",
        "conversation_count": 99,
        "has_config": True,
        "has_factor": 1,
        "__proto__": {"admin": True},
    }
    body = {"username": "mass-assignment", "email": "mass@example.com", "password": PASSWORD}
    answer = await server.http.post("/auth/register", json=extra | body)
    assert answer.status_code == 201
    account = answer.json()
    assert account["id"] > ada.id and account["created_at"] > "2020"
    eve = await server.log_in("mass-assignment", PASSWORD, account["id"])
    me = (await eve.get("/auth/me")).json()
    default = {"has_config": False, "can_chat": False, "default_model": None}
    default |= {"second_factor_needed": False, "has_password": True}
    default |= dict.fromkeys(("default_model_id", "title_model_id", "custom_instructions"))
    default |= dict.fromkeys(("default_model_left", "default_model_daily"))
    account |= {"role": "user", "email_verified": False, "second_factor_needed": False}
    default |= dict.fromkeys(("display_name", "avatar", "pending_email"))
    files = {"attachments_max_bytes": 20 * 1024 * 1024}
    links = {"shares": "on", "shares_expire_days": 30}
    assert me == account | default | files | links | {"default_model_is_demo": False}
    made = (await eve.post("/conversations", json=extra | {"title": "t"})).json()
    assert made["id"] > id and made["created_at"] > "2020"
    assert await count(eve) == 1
    assert_refused(await ada.get(f"/conversations/{made['id']}"), 404, "conversation_not_found")
