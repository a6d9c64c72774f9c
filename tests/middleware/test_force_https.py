"""FORCE_HTTPS: over plain http pages are sent to https, and all but health checks is refused."""

from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, RunningServer

pytestmark = pytest.mark.anyio

HOST = "chat.example.com"
PAGE = {"Accept": "text/html,application/xhtml+xml", "Host": HOST}
HTTPS = {"X-Forwarded-Proto": "https", "Host": HOST}


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


@pytest.fixture
async def forced(start_server: StartServer) -> RunningServer:
    return await start_server(force_https=True, allowed_hosts=[HOST], trusted_proxies=["127.0.0.1"])


async def test_pages_are_sent_to_the_same_place(forced: RunningServer) -> None:
    for path in ("/", "/docs", "/docs?q=%C3%A4&x=1", "//evil.example.com/", "/no%0d%0athing"):
        for headers in (PAGE, PAGE | {"Host": f"{HOST}:80"}):
            url = f"http://127.0.0.1:{forced.port}{path}"
            answer = await forced.http.get(url, headers=headers)
            assert answer.status_code == 308, path
            assert answer.headers["Location"].startswith(f"https://{HOST}{path.split('?')[0]}")
            assert "Strict-Transport-Security" not in answer.headers  # RFC 6797 section 7.2
    for host in ("evil.example.com", f"{HOST}.evil.example.com", "", f"{HOST}@evil.example.com"):
        answer = await forced.http.get("/", headers=PAGE | {"Host": host})
        assert_refused(answer, 422, "invalid_input")


async def test_everything_else_is_refused(forced: RunningServer) -> None:
    body = {"username_or_email": "ada", "password": PASSWORD}
    headers = {"Host": HOST, "Accept-Language": "en"}
    for method, path in (("GET", "/auth/me"), ("POST", "/auth/login"), ("GET", "/docs")):
        answer = await forced.http.request(method, path, json=body, headers=headers)
        assert_refused(answer, 403, "https_required")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer = await forced.http.post("/auth/login", json=body, headers=PAGE)
    assert_refused(answer, 403, "https_required")
    answer = await forced.http.get("/metrics", headers=PAGE | {"Host": "evil.example.com"})
    assert_refused(answer, 403, "https_required")
    answer = await forced.http.get("/health/ready", headers={"Host": "10.0.0.7"})
    assert answer.json() == {"status": "ok"}


async def test_https_by_a_trusted_proxy(forced: RunningServer) -> None:
    name, mail = "ada", "ada@example.com"
    body = {"username": name, "email": mail, "password": PASSWORD}
    answer = await forced.http.post("/auth/register", json=body, headers=HTTPS)
    assert answer.status_code == 201
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    login = {"username_or_email": name, "password": PASSWORD}
    answer = await forced.http.post("/auth/login", json=login, headers=HTTPS)
    assert "; Secure" in answer.headers["Set-Cookie"]
    token = answer.json()["access_token"]
    headers = HTTPS | {"Authorization": f"Bearer {token}"}
    answer = await forced.http.post("/conversations", headers=headers)
    path = f"/ws/conversations/{answer.json()['id']}"
    url = f"ws://{HOST}{path}?token={token}"
    proxied = {"X-Forwarded-Proto": "https"}
    reach: dict[str, Any] = {"host": "127.0.0.1", "port": forced.port, "proxy": None}
    async with connect(url, additional_headers=proxied, **reach) as socket:
        await socket.send('{"type": "ping"}')
        assert await socket.recv() == '{"type":"pong"}'
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, **reach):
            pass
    assert refused.value.response.status_code == 403


async def test_a_strangers_word_for_https_counts_for_nothing(start_server: StartServer) -> None:
    server = await start_server(force_https=True, allowed_hosts=[HOST])
    answer = await server.http.get("/auth/me", headers=HTTPS)
    assert_refused(answer, 403, "https_required")


async def test_of_several_lines_the_proxys_own_counts(forced: RunningServer) -> None:
    """As HAProxy adds one: what stands before it is the client's own claim."""
    for claim, word, status in (("https", "http", 403), ("http", "https", 401)):
        lines = [("X-Forwarded-Proto", claim), ("X-Forwarded-Proto", word), ("Host", HOST)]
        answer = await forced.http.get("/auth/me", headers=lines)
        assert answer.status_code == status
        assert ("Strict-Transport-Security" in answer.headers) == (word == "https")


async def test_where_any_host_is_allowed_none_is_redirected_to(start_server: StartServer) -> None:
    server = await start_server(force_https=True)
    answer = await server.http.get("/", headers=PAGE | {"Host": "evil.example.com"})
    assert_refused(answer, 403, "https_required")
