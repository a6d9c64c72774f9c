"""Whatever a request holds, the answer is a plain refusal that repeats none of it, or what was sent
is kept exactly as it was."""

import asyncio
import json
from ipaddress import ip_address
from typing import Any

import pytest

from tests.attacks.target import Target, Visitor, as_json, body_for
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite", "mysql")]

ECHO = "do-not-repeat-me"
JSON = {"Content-Type": "application/json"}
RAW = {
    "nothing": b"",
    "NaN": b"NaN",
    "a number": b"1e999",
    "a list": as_json([ECHO]),
    "a text": as_json(ECHO),
    "cut": b'{"content": "' + ECHO.encode(),
    "no UTF-8": b'{"title": "\xff' + ECHO.encode() + b'"}',
    "a NUL": b'{"title": "\x00"}',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "many digits": b'{"title": ' + b"9" * 5000 + b"}",
    "a comment": b'{"title": "x"} // ' + ECHO.encode(),
    "two values": b'{"title": "x"}{"title": "y"}',
    "too large": b'{"title": "' + b"x" * (2 * 1024 * 1024) + b'"}',
    "many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(50_000)) + b',"title":1}',
}
VOID = {"nothing", "many keys"}
"""Says nothing to an operation that needs no body: keys that are unknown are passed over."""
VALUES: list[Any] = [
    True,
    2**31,  # and no id of anything
    -1,
    1.5,
    [],
    {},
    [ECHO],
    {"$ne": ECHO},
    "\ud800",
    f"{ECHO}\0",
    f"{ECHO}\udfff",
    ECHO * 20_000,
]
IDS = [
    "0",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e0",
    "1_0",
    "0x1",
    "١",
    "１",
    "%201",
    "1%00",
    "NaN",
    "null",
    "9223372036854775808",
    "9" * 5000,
    "1;DROP TABLE user",
    "1'--",
    "%2e%2e%2f1",
    ECHO,
]
NUMBERS = ["", "-1", "0", "1.0", "NaN", "9223372036854775808", "9" * 5000, "1;--", ECHO, "٣"]
CURSORS = ["", "0.0.0", "1", "1.0", "-1.0.0", "9" * 19 + ".0.0", "1.0.0.end.end", "1.0.99e9", ECHO]
KEPT = [
    "'; DROP TABLE message; --",
    "%s %d {0} ${jndi:ldap://x} {{7*7}} #{7*7} <%= 7*7 %>",
    "<script>alert(1)</script>",
    "\u202e\u200b\ufeff\u2028\u2029\x85\x1b[2J",
    "👩\u200d👩\u200d👧 𝔘 \U0010ffff \ue000",
    "\\u0000 \\x00 \\0",
    "a\r\nb\tc\x01\x7f",
    '{"type":"done"}',
    "e\u0301 is not \u00e9",
    "x" * 100_000,
    "\U0010ffff" * 25_000,
]


async def _operations(target: Target) -> list[tuple[str, str, Any]]:
    document = (await target.http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    return [
        (method.upper(), path, body_for(operation, schemas, "text of no harm"))
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def _needs_body(operation: Any) -> bool:
    return bool(operation["requestBody"].get("required", False))


def _assert_refused(answer: Any, context: object) -> None:
    assert 400 <= answer.status_code < 500, context
    if answer.request.method == "HEAD":
        assert answer.content == b"", context
        return
    assert set(answer.json()) - {"fields"} == {"detail", "code"}, context
    assert ECHO not in answer.text, context


@pytest.fixture
async def ada(target: Target, model: ScriptedUpstream) -> Visitor:
    return await target.visitor(model.url)


@pytest.mark.databases("sqlite")  # refused before a database is asked
async def test_bodies_that_are_none(target: Target, ada: Visitor) -> None:
    document = (await target.http.get("/openapi.json")).json()["paths"]
    places = [(m, p) for m, p, body in await _operations(target) if body is not None]
    assert len(places) >= 10
    for method, path in places:
        for name, content in RAW.items():
            if name in VOID and not _needs_body(document[path][method.lower()]):
                continue
            if name == "many keys" and method == "PATCH":  # none of them is one that changes
                continue
            answer = await ada.request(method, path.format(id=1), content=content, headers=JSON)
            _assert_refused(answer, (method, path, name))


@pytest.mark.databases("sqlite")  # refused before a database is asked
@pytest.mark.parametrize("part", ["[]", "0", '{"a":1}'])
async def test_a_body_of_many_parts(target: Target, ada: Visitor, part: str) -> None:
    parts = ",".join([part] * (2_000_000 // (len(part) + 1)))
    body = f'{{"title":"x","x":[{parts}]}}'.encode()
    for path in ("/auth/login", "/conversations"):
        answer = await ada.request("POST", path, content=body)
        assert answer.status_code == 413
        assert answer.json()["code"] == "body_too_large"


@pytest.mark.databases("sqlite")  # refused before a database is asked
async def test_values_of_the_wrong_kind(target: Target, ada: Visitor) -> None:
    for method, path, body in await _operations(target):
        for field in body or ():
            for value in VALUES:
                if value in ({}, []) and isinstance(body[field], type(value)):  # of the right kind
                    continue
                if field == "order" and value == -1:  # before all others
                    continue
                content = _escaped(body | {field: value})
                answer = await ada.request(method, path.format(id=1), content=content, headers=JSON)
                _assert_refused(answer, (method, path, field, str(value)[:40]))


def _escaped(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.databases("sqlite", "mysql")
async def test_ids(target: Target, ada: Visitor) -> None:
    for method, path, body in await _operations(target):
        if "{id}" in path:
            for id in IDS:
                answer = await ada.request(method, path.replace("{id}", id), json=body)
                _assert_refused(answer, (method, path, id[:40]))


async def test_numbers_and_cursors(target: Target, ada: Visitor) -> None:
    conversation = await ada.conversation()
    path = f"/conversations/{conversation}"
    for number in NUMBERS:
        for query in ("limit", "before_id"):
            _assert_refused(await ada.get(f"{path}/messages?{query}={number}"), (query, number))
        _assert_refused(await ada.get(f"/conversations?limit={number}"), number)
        if number != "0":
            _assert_refused(await ada.get(f"/conversations?offset={number}"), number)
    for cursor in CURSORS:
        answer = await ada.get(f"{path}/stream", headers={"Last-Event-ID": cursor})
        _assert_refused(answer, cursor)
    assert (await ada.get("/conversations?offset=9223372036854775807")).status_code == 200


async def test_texts_are_kept_as_they_are(target: Target, ada: Visitor) -> None:
    conversations = [await ada.conversation("T") for _ in KEPT]
    await asyncio.gather(*map(ada.say, conversations, KEPT))
    for conversation, text in zip(conversations, KEPT, strict=True):
        message, reply = await ada.messages(conversation)
        assert message["content"] == text
        assert reply["content"] == f"You said: {text}"
        path = f"/conversations/{conversation}"
        change = {"title": text[:200], "system_prompt": text[:16_000]}
        shown = (await ada.request("PATCH", path, json=change)).json()
        assert shown["title"] == text[:200].strip()
        assert shown["system_prompt"] == text[:16_000]


@pytest.mark.databases("sqlite")
async def test_a_key_given_twice_counts_once(target: Target, ada: Visitor) -> None:
    conversation = await ada.conversation("T")
    body = b'{"content": "first", "content": "second"}'
    path = f"/conversations/{conversation}/messages"
    answer = await ada.post(path, content=body, headers=JSON)
    assert answer.json()["message"]["content"] == "second"
    async with ada.socket(conversation) as socket:
        await socket.connection.send('{"type":"ping","type":"message","content":"a","content":"b"}')
        assert (await socket.until("done"))[0]["user_message"]["content"] == "b"
    assert [m["content"] for m in await ada.messages(conversation)][::2] == ["second", "b"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "claimed", ["x" * 5000, "fe80::1%" + "z" * 900, "1.2.3.4:80", "'; --", "\u00ff" * 300, ECHO]
)
async def test_an_address_that_is_none_names_nobody(target: Target, claimed: str) -> None:
    ada = await target.visitor()
    body = {"username_or_email": ada.name, "password": PASSWORD}
    headers = {b"X-Forwarded-For": claimed.encode("latin-1")}
    answer = await target.http.post("/auth/login", json=body, headers=headers)
    assert answer.status_code == 200
    sessions = (await ada.get("/auth/sessions")).json()["sessions"]
    for session in sessions:
        address = session["address"]
        assert address == "unknown" or ip_address(address), address


@pytest.mark.databases("sqlite")
async def test_a_client_that_calls_itself_anything(target: Target) -> None:
    ada = await target.visitor()
    body = {"username_or_email": ada.name, "password": PASSWORD}
    for agent in (b"x" * 20_000, b"\xff\xfe\x80", b"<script>", b"", b"\xf0\x9f\x92\xa9" * 100):
        headers = {b"User-Agent": agent}
        assert (await target.http.post("/auth/login", json=body, headers=headers)).is_success
    devices = [s["device"] for s in (await ada.get("/auth/sessions")).json()["sessions"]]
    assert all(len(device) <= 200 and device.isprintable() for device in devices)
