"""A page stays logged in by a cookie that no script and no other site can use."""

import asyncio
from http.cookies import Morsel, SimpleCookie

import httpx2
import pytest

from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, RunningServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


def cookie(answer: httpx2.Response) -> "Morsel[str]":
    return SimpleCookie(answer.headers["set-cookie"])["refresh_token"]


async def log_in(server: RunningServer, name: str, **headers: str) -> httpx2.Response:
    body = {"username_or_email": name, "password": PASSWORD}
    return await server.http.post("/auth/login", json=body, headers=headers)


async def test_the_cookie_is_the_pages_alone(server: RunningServer) -> None:
    ada = await server.register()
    answer = await log_in(server, ada.name)
    given = cookie(answer)
    assert given.value == answer.json()["refresh_token"]
    assert (given["path"], given["samesite"].lower()) == ("/auth", "strict")
    assert given["httponly"] and not given["secure"]
    assert int(given["max-age"]) == answer.json()["refresh_expires_in"]


async def test_a_page_refreshes_and_logs_out(server: RunningServer) -> None:
    ada = await server.register()
    base_url = f"http://127.0.0.1:{server.port}"
    client = await asyncio.to_thread(httpx2.AsyncClient, base_url=base_url)
    async with client as page:
        body = {"username_or_email": ada.name, "password": PASSWORD}
        first = await page.post("/auth/login", json=body)
        answer = await page.post("/auth/refresh")
        assert answer.status_code == 200
        assert cookie(answer).value == answer.json()["refresh_token"]
        assert answer.json()["refresh_token"] != first.json()["refresh_token"]
        assert (await page.post("/auth/refresh", json={})).status_code == 200
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        answer = await page.post("/auth/logout", headers=headers)
        assert answer.status_code == 204
        assert (cookie(answer).value, cookie(answer)["max-age"]) == ("", "0")
        assert_refused(await page.post("/auth/refresh"), 401, "invalid_token")


async def test_the_cookie_alone_is_no_login(server: RunningServer) -> None:
    ada = await server.register()
    headers = {"Cookie": f"refresh_token={ada.refresh_token}"}
    for path in ("/auth/logout", "/auth/logout-all", "/auth/ws-ticket"):
        answer = await server.http.post(path, headers=headers)
        assert_refused(answer, 401, "invalid_token")


async def test_behind_https_the_cookie_is_secure(start_server: StartServer) -> None:
    behind = await start_server(trusted_proxies=["127.0.0.1"])
    ada = await behind.register()
    proto = "X-Forwarded-Proto"
    assert cookie(await log_in(behind, ada.name, **{proto: "https"}))["secure"]
    assert not cookie(await log_in(behind, ada.name, **{proto: "http"}))["secure"]
    open_to_all = await start_server()
    answer = await log_in(open_to_all, ada.name, **{proto: "https"})
    assert not cookie(answer)["secure"]
