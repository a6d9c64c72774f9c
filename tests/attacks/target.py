"""A server process under attack: what it says and logs is kept, and read after each case."""

import asyncio
import re
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx2
import orjson

from tests.attacks import probe
from tests.attacks.recording import RecordedConnection, Recorder
from tests.support import forks
from tests.support.server import ENCRYPTION_KEY, PASSWORD, SECRET_KEY, ChatSocket, Person
from tests.support.server_process import ServerProcess, server_process

BLOCKED = 100
"""The effort, some half a second, that may be made at a stretch."""
KEY_PREFIX = "sk-attacked-"
OPERATORS_KEY = f"{KEY_PREFIX}operator"
CONFESSION = re.compile(r"status=5\d\d|Traceback|\[(error|critical) *\]")
"""What no request may have the server write into its log."""
OF_THE_CLIENT = re.compile(
    r"\[error *\] (ASGI callable returned without completing handshake"
    r"|Invalid UTF-8 sequence received from client\.\nTraceback.*?\nUnicodeDecodeError)",
    re.DOTALL,
)
"""What uvicorn calls an error where the client made it: a refused handshake, broken text."""
OWN_HEADERS = {"x-request-id", "date"}
"""What differs from answer to answer."""


class Visitor(Person):
    """A user whose sockets are listened in on."""

    @asynccontextmanager
    async def socket(
        self,
        conversation_id: int | str,
        last_event_id: str | None = None,
        token: str | None = None,
        **options: Any,
    ) -> AsyncIterator[ChatSocket]:
        options = {"create_connection": RecordedConnection} | options
        async with super().socket(conversation_id, last_event_id, token, **options) as socket:
            yield socket

    async def set_model(self, url: str, model: str, api_key: str | None = None) -> None:
        """Save a model endpoint, with a key that is nobody else's."""
        await super().set_model(url, model, api_key or KEY_PREFIX + secrets.token_hex(12))


@dataclass
class Evidence:
    """Where a server's traces are, and how much of them was looked at."""

    log: Path
    delays: Path
    log_read: int = 0
    delays_read: int = 0
    tokens: set[str] = field(default_factory=set)


class Target(ServerProcess):
    """A server process; `unharmed` says whether the attacks so far did it no harm."""

    recorder: Recorder
    evidence: Evidence

    async def log_in(self, name: str, password: str, id: int = 0) -> Visitor:
        person = await super().log_in(name, password, id)
        return Visitor(self, id, name, person.token, person.refresh_token)

    async def visitor(self, model_url: str | None = None, model: str = "echo") -> Visitor:
        """A new user, with a model where a URL is given."""
        person = await self.register()
        assert isinstance(person, Visitor)
        if model_url is not None:
            await person.set_model(model_url, model)
        return person

    @property
    def pid(self) -> int:
        return self._process.pid

    def assert_unharmed(self) -> None:
        """The process answers, failed at nothing, was never blocked, and kept its secrets."""
        assert self._process.poll() is None, "the server died"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/health/live")
        assert connection.getresponse().status == 200
        connection.close()
        self._assert_answers()
        self._assert_log()
        delays = self.evidence.delays.read_text().split()
        worst = max(map(float, delays[self.evidence.delays_read :]), default=0.0)
        self.evidence.delays_read = len(delays)
        assert worst <= BLOCKED, f"the event loop was blocked for an effort of {worst}"

    def _assert_answers(self) -> None:
        answers, self.recorder.answers[:] = list(self.recorder.answers), []
        heard, RecordedConnection.heard[:] = list(RecordedConnection.heard), []
        for answer in answers:
            self.evidence.tokens.update(answer.issued)
        for answer in answers:
            where = f"{answer.method} {answer.path} → {answer.status}"
            assert answer.status < 500, where
            said = (answer.head + answer.body).decode("utf-8", "replace")
            self._assert_no_secret(said, where, set(answer.issued))
        for frame in heard:
            text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
            self._assert_no_secret(text, "socket", set())

    def new_log(self) -> str:
        """What the server wrote since the last case. Reads a file: not in the event loop."""
        return self._unread_log().decode("utf-8", "replace")

    def _unread_log(self) -> bytes:
        with self.evidence.log.open("rb") as log:
            log.seek(self.evidence.log_read)
            return log.read()

    def _assert_log(self) -> None:
        unread = self._unread_log()
        self.evidence.log_read += len(unread)
        new = unread.decode("utf-8", "replace")
        self._assert_no_secret(new, "log", set())
        new = OF_THE_CLIENT.sub("", new)
        confession = CONFESSION.search(new)
        assert confession is None, new[max(0, confession.start() - 300) :][:2000]

    def _assert_no_secret(self, text: str, where: str, issued: set[str]) -> None:
        for secret in (KEY_PREFIX, PASSWORD, SECRET_KEY, ENCRYPTION_KEY):
            assert secret not in text, f"{where} tells a secret"
        for token in self.evidence.tokens - issued:
            assert token not in text, f"{where} tells a token"


@asynccontextmanager
async def target_process(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Target]:
    """Serve as a process, what it says and logs kept."""
    evidence = Evidence(folder / "server.log", folder / "delays")
    evidence.delays.touch()
    with evidence.log.open("wb") as log:
        async with server_process(database_url, log, "chat-backend serve", **settings) as process:
            target = _recorded(process, evidence)
            try:
                yield target
            finally:
                await target.http.aclose()


@asynccontextmanager
async def probed(target: Target) -> AsyncIterator[None]:
    """Watch a server from outside; that takes a fourteenth of a core."""
    with target.evidence.delays.open("ab") as delays:
        prober = await asyncio.create_subprocess_exec(
            *(sys.executable, "-SE", "-m", probe.__name__, str(target.port), str(target.pid)),
            cwd=forks.ROOT,
            stdout=delays,
        )
        try:
            yield
        finally:
            prober.kill()
            await prober.wait()


def _recorded(process: ServerProcess, evidence: Evidence) -> Target:
    recorder = Recorder()
    http = httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{process.port}",
        transport=recorder,
        timeout=60,
        cookies=process.http.cookies.jar,
    )
    target = Target(process.port, http, process._process)
    target.recorder, target.evidence = recorder, evidence
    return target


def canary() -> socket.socket:
    """A listener to which nobody may ever connect."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


def was_called(listener: socket.socket) -> bool:
    """Whether somebody connected to a canary."""
    try:
        listener.accept()
    except BlockingIOError:
        return False
    return True


def face(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer but what differs from one answer to the next."""
    headers = [item for item in answer.headers.multi_items() if item[0] not in OWN_HEADERS]
    return answer.status_code, headers, answer.content


def body_for(operation: dict[str, Any], schemas: dict[str, Any], text: str) -> Any:
    """A body that an operation of the OpenAPI document takes; None where it takes none."""
    if "requestBody" not in operation:
        return None
    part = operation["requestBody"]["content"].get("application/json")
    return _value_for(part["schema"], schemas, text) if part else None


def _value_for(schema: dict[str, Any], schemas: dict[str, Any], text: str) -> Any:
    for kind in schema.get("anyOf", ()):
        return _value_for(kind, schemas, text)
    if "$ref" in schema:
        return _value_for(schemas[schema["$ref"].rpartition("/")[2]], schemas, text)
    if schema.get("title") == "ReplyParams":
        return {"temperature": 1}
    if schema.get("type") == "object":
        return {k: _value_for(v, schemas, text) for k, v in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_value_for(schema["items"], schemas, text)] * schema.get("minItems", 0)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2086-01-01T00:00:00Z"
    if schema.get("type") == "boolean":
        return True
    is_number = schema.get("type") in ("integer", "number")
    return schema.get("minimum", 1) if is_number else text


def as_json(value: Any) -> bytes:
    """A value as a body."""
    return orjson.dumps(value)
