"""One request is one request: nothing is smuggled behind it, no header is injected, no path leads
out of the place it names, and no head is too large to be refused at once."""

import asyncio
import json

import pytest

from tests.attacks.raw import exchange
from tests.attacks.target import Target, face
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BROKEN = {
    "length and chunks": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
    "list of lengths": b"Content-Length: 0, 40\r\n\r\n",
    "signed length": b"Content-Length: +0\r\n\r\n",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "hexadecimal length": b"Content-Length: 0x0\r\n\r\n",
    "other digits": b"Content-Length: \xb2\r\n\r\n",
    "endless length": b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
    "blank before the colon": b"Content-Length : 40\r\nContent-Length: 0\r\n\r\n",
    "unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "twice chunked": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "hidden coding": b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "size of a chunk": b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
    "signed chunk": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "NUL in a name": b"Content\x00-Length: 0\r\n\r\n",
    "NUL in a value": b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a bare CR": b"X: a\rContent-Length: 40\r\n\r\n",
    "no colon": b"Content-Length\r\n\r\n",
    "a folded line": b"X: a\r\n Content-Length: 40\r\nContent-Length: 0\r\n\r\n",
}
OUTSIDE = [
    "/docs/assets/../../../../etc/passwd",
    "/docs/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/docs/assets/%2e%2e/%2e%2e/pages.py",
    "/docs/assets/..%5c..%5cpages.py",
    "/docs/assets/%252e%252e%252fpages.py",
    "/docs/assets/....//....//etc/passwd",
    "/docs/assets//etc/passwd",
    "/docs/assets/%2fetc%2fpasswd",
    "/docs/assets/swagger-ui.css%00.png",
    "/docs/assets/swagger-ui.css/../../x",
    "/docs/assets/..;/pages.py",
    "/docs/assets/%c0%ae%c0%ae/pages.py",
    "/assets/../app/main.py",
    "/assets/%2e%2e%2fapp%2fmain.py",
    "/.env",
    "/.git/config",
    "/data/chat.db",
    "/app/main.py",
    "//etc/passwd",
    "/../../../../etc/passwd",
    "http://evil.example/etc/passwd",
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.replace(" ", "-"))
async def test_nothing_is_smuggled(target: Target, case: str) -> None:
    answer = await exchange(target, HEAD + BROKEN[case] + HIDDEN, seconds=0.5)
    assert answer.startswith((b"HTTP/1.1 4", b"")), answer[:200]
    if case != "a folded line":  # RFC 9112, section 5.2: read as one line, or refused
        assert answer.count(b"HTTP/1.1 ") <= 1, answer[:500]
        assert "/smuggled" not in await asyncio.to_thread(target.new_log)


@pytest.mark.parametrize("path", OUTSIDE)
async def test_no_path_leads_outside(target: Target, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await exchange(target, request.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in (b"400", b"404"), head
    for content in (b"root:", b"import ", b"SECRET", b"[core]", b"SQLite"):
        assert content not in body


@pytest.mark.parametrize("kilobytes", [40, 500, 4_000])
@pytest.mark.parametrize("where", ["one field", "many fields", "query", "cookie"])
async def test_a_huge_head_is_refused_at_once(target: Target, where: str, kilobytes: int) -> None:
    size = kilobytes * 1000
    head = {
        "one field": b"X-Big: " + b"a" * size,
        "many fields": b"\r\n".join(b"X-%d: %s" % (n, b"a" * 990) for n in range(kilobytes)),
        "query": b"X: y",
        "cookie": b"Cookie: " + b"a=b; " * (size // 5),
    }[where]
    query = b"?" + b"a" * size if where == "query" else b""
    request = b"GET /auth/me%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n"
    answer = await exchange(target, request % (query, head))
    assert answer[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 400"), answer[:200]


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None],
)
async def test_a_form_of_another_site_does_nothing(target: Target, media_type: str | None) -> None:
    """What a browser sends without asking first (Fetch, section 3.3) is no request here."""
    ada = await target.visitor()
    headers = {"Origin": "https://evil.example"}
    if media_type is not None:
        headers["Content-Type"] = media_type
    body = json.dumps({"username_or_email": ada.name, "password": PASSWORD})
    answer = await target.http.post("/auth/login", content=body, headers=headers)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (422, None)
    answer = await ada.post("/conversations", content='{"title":"x"}', headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "text", ["a\r\nX-Injected: 1", "a\nSet-Cookie: a=b", "a%0d%0aX-Injected: 1", "a\u010d\u010ab"]
)
async def test_no_text_becomes_a_header(target: Target, model: ScriptedUpstream, text: str) -> None:
    ada = await target.visitor()
    body = {"model_url": model.url, "model_name": text, "api_key": "sk-test"}
    saved = await ada.request("PUT", "/auth/config", json=body)
    if not text.isprintable():
        assert saved.status_code == 422
        await ada.set_model(model.url, "echo")
    made = await ada.post("/conversations", json={"title": text})
    conversation = made.json()["id"]
    answers = [
        saved,
        made,
        await ada.say(conversation, text),
        await ada.get(f"/conversations/{conversation}"),
        await ada.get("/auth/config"),
        await ada.get("/" + text.replace("\r", "%0d").replace("\n", "%0a")),
    ]
    for answer in answers:
        assert "x-injected" not in answer.headers
        assert "set-cookie" not in answer.headers
    assert not {"x-injected", "set-cookie"} & set(model.replies[-1].headers)


async def test_a_path_writes_no_line_of_its_own_into_the_log(target: Target) -> None:
    forged = "2026-01-01T00:00:00Z [info     ] forged"
    for end in ("%0a", "%0d", "%0d%0a", "%e2%80%a8", "%c2%85", "%1b%5b2K%0a"):
        await target.http.get(f"/x{end}{forged.replace(' ', '%20')}")
    written = await asyncio.to_thread(target.new_log)
    assert "forged" in written
    assert not [line for line in written.split("\n") if line.startswith("2026-01-01")]
    assert "\x1b" not in written and "\r" not in written


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "FOO"])
async def test_other_methods(target: Target, method: str) -> None:
    secret = f"Authorization: Bearer {'e' * 40}"
    request = f"{method} /auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{secret}\r\n\r\n"
    answer = await exchange(target, request.encode())
    assert answer[:12] in (b"HTTP/1.1 405", b"HTTP/1.1 400"), answer[:200]
    assert b"eeee" not in answer


async def test_a_method_is_what_the_request_says(target: Target) -> None:
    ada = await target.visitor()
    path = f"/conversations/{await ada.conversation()}"
    plain = face(await ada.get(path))
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert face(await ada.get(path, headers={name: "DELETE"})) == plain
    assert face(await ada.get(f"{path}?_method=DELETE")) == plain
