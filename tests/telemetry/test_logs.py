"""Requests and sockets can be traced in the log, and nothing that users wrote is in it."""

import asyncio
import logging
import subprocess
import sys
from typing import Any

import orjson
import pytest

from tests.conftest import StartServer
from tests.support.patience import PATIENCE_SECONDS
from tests.support.upstream import ScriptedUpstream

UNNEEDED = {"rich", "pygments", "prometheus_client", "opentelemetry.sdk", "alembic", "openai"}


class Log:
    """What the server has written since the last look."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def forget(self) -> None:
        self._capsys.readouterr()

    async def lines(self, count: int) -> list[dict[str, Any]]:
        """The new lines, once there are so many: a server notices that a socket has gone later.

        Those of the audit log come when its rows are sealed, and are passed over.
        """
        text = ""
        lines: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(lines) < count:
                await asyncio.sleep(0.005)
                text += self._capsys.readouterr().err
                whole = text[: text.rfind("\n") + 1].splitlines()
                lines = [line for line in map(orjson.loads, whole) if line["event"] != "audit"]
        return lines


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_a_request_has_one_line_with_its_id_user_and_duration(
    start_server: StartServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server, log = await start_server(log_format="json"), Log(capsys)
    ada = await server.register()
    log.forget()
    answer = await ada.get("/conversations?limit=7&q=zebra")
    (line,) = await log.lines(1)
    assert line.keys() == {
        *("timestamp", "level", "event", "request_id"),
        *("method", "path", "status", "user_id", "ms"),
    }
    assert (line["event"], line["level"]) == ("request", "info")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/conversations", 200)
    assert (line["request_id"], line["user_id"]) == (answer.headers["X-Request-ID"], ada.id)
    assert 0 < line["ms"] < 60_000


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_a_socket_has_a_line_at_each_end_and_none_for_its_tokens(
    start_server: StartServer, upstream: ScriptedUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    server, log = await start_server(log_format="json"), Log(capsys)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("Named")
    log.forget()
    async with ada.socket(conversation) as socket:
        assert (await socket.say("one two three four five"))[-1]["type"] == "done"
    opened, closed = await log.lines(2)
    assert opened.keys() ^ closed.keys() == {"ms", "code"}
    assert (opened["event"], closed["event"]) == ("socket_opened", "socket_closed")
    assert opened["request_id"] == closed["request_id"]
    assert opened["path"] == closed["path"] == f"/ws/conversations/{conversation}"
    assert opened["user_id"] == closed["user_id"] == ada.id
    assert closed["code"] == 1000
    async with ada.socket(conversation, token="nonsense") as refused:
        await refused.until("error")
    (line,) = await log.lines(1)
    assert (line["event"], line["code"], line["user_id"]) == ("socket_closed", 4401, None)


@pytest.mark.anyio
@pytest.mark.parametrize("log_format", ["console", "json"])
async def test_no_line_holds_what_users_wrote(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    capsys: pytest.CaptureFixture[str],
    log_format: str,
) -> None:
    server = await start_server(log_format=log_format, debug=True)
    ada = await server.register(password="hunter2 hunter2")
    conversation = await ada.conversation("zebra title")
    for model in ("echo", "cut", "401", "not_http"):
        await ada.set_model(upstream.url, model, "sk-zebra")
        await ada.say(conversation, "zebra zebra")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="zebra", unknown="zebra")
        await socket.until("done", "error")
    await server.http.post("/auth/login?password=hunter2", content=b'{"zebra": ')
    await server.http.post("/auth/login", json={"username_or_email": "zebra", "password": "zebra"})
    written = capsys.readouterr().err
    assert written.count("\n") >= 10
    words = ("zebra", "hunter2", ada.token, ada.refresh_token, ada.name, upstream.host)
    assert [word for word in words if word in written] == []


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_a_path_cannot_be_taken_for_another_line_or_field(
    start_server: StartServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start_server()
    capsys.readouterr()
    await server.http.get("/x%0A2026%20[info]%20request%20status=200%1b[2J")
    (line,) = capsys.readouterr().err.splitlines()
    assert "path='/x\\n2026 [info] request status=200\\x1b[2J' status=404" in line


@pytest.mark.anyio
async def test_a_library_warns_in_the_same_form_and_without_queries(
    start_server: StartServer, capsys: pytest.CaptureFixture[str]
) -> None:
    await start_server(log_format="json")
    await start_server(log_format="json")
    log = Log(capsys)
    log.forget()
    logging.getLogger("some.library").warning("%s failed", "http://host/path?token=zebra")
    (line,) = await log.lines(1)
    assert (line["level"], line["event"]) == ("warning", "http://host/path failed")


def test_a_server_loads_nothing_that_an_idle_one_does_not_need() -> None:
    code = "import sys, app.main; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert UNNEEDED & set(listed.stdout.split()) == set()
