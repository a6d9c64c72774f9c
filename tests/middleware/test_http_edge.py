"""The edge of the server: headers, other sites, hosts, pages and probes."""

import asyncio
import http.client
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import orjson
import pytest
from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.engine import URL
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from app import __version__
from app.migration import sync_engine
from tests.conftest import StartServer
from tests.support.migrated import migrated_database
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio

LISTED = "https://chat.example.com"
OTHER = "https://evil.example.com"


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


async def test_every_answer_carries_the_security_headers(server: RunningServer) -> None:
    ada = await server.register()
    for path, status in (
        ("/", 200),
        ("/docs", 200),
        ("/docs/assets/start.js", 200),
        ("/health/live", 200),
        ("/auth/me", 200),
        ("/nothing", 404),
        ("/conversations/0", 422),
    ):
        answer = await ada.get(path)
        assert answer.status_code == status, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, path
        assert "unsafe-inline" not in policy.replace("style-src 'self' 'unsafe-inline'", ""), path
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"]), path
        assert "Access-Control-Allow-Origin" not in answer.headers, path


async def test_an_answer_to_a_fault_is_like_any_other(
    start_server: StartServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start_server(cors_origins=[LISTED], log_format="json")

    async def fails() -> None:
        raise ValueError("of a secret")

    server.app.add_api_route("/fails", fails)
    capsys.readouterr()
    asked = {"Origin": LISTED, "Accept-Language": "en"}
    answer = await server.http.get("/fails", headers=asked)
    assert_refused(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [line for line in lines if line.get("request_id") == answer.headers["X-Request-ID"]]
    assert [line["event"] for line in told] == ["request_failed", "request"]
    assert "in fails" in told[0]["exception"] and told[1]["status"] == 500


async def test_a_fault_in_the_middle_of_an_answer_breaks_it_off(
    start_server: StartServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start_server(log_format="json")

    async def half() -> AsyncIterator[bytes]:
        yield b"the first half"
        raise ValueError("half way")

    async def fails() -> Response:
        return StreamingResponse(half())

    server.app.add_api_route("/fails", fails)
    with pytest.raises(httpx2.RemoteProtocolError):
        await server.http.get("/fails")
    assert capsys.readouterr().err.count("Traceback") == 1
    assert (await server.http.get("/health/ready")).status_code == 200


async def test_request_ids_differ(server: RunningServer) -> None:
    answers = [await server.http.get("/health/live") for _ in range(3)]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3


async def test_only_listed_sites_may_read_answers(start_server: StartServer) -> None:
    server = await start_server(cors_origins=[LISTED], rate_limit_per_minute=2)
    asks = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-any"}
    for origin in (LISTED, OTHER, f"{LISTED}.evil.example.com", "null"):
        headers = {"Origin": origin}
        may = origin if origin == LISTED else None
        answer = await server.http.options("/auth/config", headers=headers | asks)
        assert answer.headers.get("Access-Control-Allow-Origin") == may
        assert answer.is_success == (origin == LISTED)
        answer = await server.http.get("/auth/me", headers=headers)
        assert answer.status_code in (401, 429)  # a site can read why it was refused, too
        assert answer.headers.get("Access-Control-Allow-Origin") == may
        assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_hosts(start_server: StartServer) -> None:
    server = await start_server(allowed_hosts=["chat.example.com", "*.internal.example.com"])
    ada = f"ws://127.0.0.1:{server.port}/ws/conversations/1"
    for host in ("chat.example.com", "CHAT.example.com:8000", "a.internal.example.com"):
        assert (await server.http.get("/docs", headers={"Host": host})).status_code == 200, host
    for host in ("127.0.0.1", "evil.example.com", "chat.example.com.evil.example.com", "", "a b"):
        headers = {"Host": host}
        for path in ("/", "/docs", "/auth/me", "/healthy", "/nothing"):
            answer = await server.http.get(path, headers=headers)
            assert_refused(answer, 422, "invalid_input")
            assert "X-Content-Type-Options" in answer.headers
        for path in ("/health/live", "/health/ready"):
            assert (await server.http.get(path, headers=headers)).json() == {"status": "ok"}
    with pytest.raises(InvalidStatus):
        async with connect(ada):
            pass
    assert await asyncio.to_thread(docker_health_check, server.port) == 200


def docker_health_check(port: int) -> int:
    """What the Dockerfile's HEALTHCHECK asks, the way it asks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    connection.request("GET", "/health/ready")
    status = connection.getresponse().status
    connection.close()
    return status


async def test_pages_load_nothing_from_other_hosts(server: RunningServer) -> None:
    await asyncio.to_thread(server.app.openapi)  # its first rendering reads package metadata
    home = await server.http.get("/")
    assert home.headers["Content-Type"].startswith("text/html") and "/docs" in home.text
    docs = await server.http.get("/docs")
    assert docs.headers["Content-Type"].startswith("text/html")
    for page in (home, docs):
        assert re.findall(r"https?://|[\"'(]//", page.text) == []
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=", page.text)
    links = re.findall(r'(?:src|href)="([^"]+)"', docs.text)
    assert len(links) == 4
    for link in links:
        asset = await server.http.get(link)
        assert asset.status_code == 200 and len(asset.content) > 50, link
    document = (await server.http.get("/openapi.json")).json()
    assert document["info"]["version"] == __version__
    assert "/conversations/{id}/messages" in document["paths"]


@pytest.fixture
def own_database(database_server: URL, tmp_path: Path) -> Iterator[str]:
    """A database that may be broken."""
    with migrated_database(database_server, tmp_path) as url:
        yield url


async def test_ready_means_that_the_database_answers(
    own_database: str, start_server: StartServer
) -> None:
    server = await start_server(database_url=own_database)
    assert (await server.http.get("/health/ready")).json() == {"status": "ok"}
    await asyncio.to_thread(rename_table, server, "schema_info", "gone")
    answer = await server.http.get("/health/ready")
    assert_refused(answer, 503, "database_unavailable")
    assert (await server.http.get("/health/live")).json() == {"status": "ok"}
    await asyncio.to_thread(rename_table, server, "gone", "schema_info")
    assert (await server.http.get("/health/ready")).status_code == 200


def rename_table(server: RunningServer, old: str, new: str) -> None:
    engine = sync_engine(server.app.state.settings)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
    engine.dispose()
