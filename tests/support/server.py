"""A real server in the test's own event loop, and people who use it over real connections."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx2
import jwt
import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from app.config import Settings
from app.main import create_app
from app.services.admin.operators import OperatorAccounts
from tests.support.patience import PATIENCE_SECONDS

PASSWORD = "correct horse battery"
SECRET_KEY = "a test's secret key, long enough for HS256"
ENCRYPTION_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NO_PAGE = Path(__file__).parent / "no page"


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the signals are the test run's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running_server(**settings: Any) -> AsyncIterator["RunningServer"]:
    """Serve the app with these settings on a free port.

    `page` is the folder of a built web page; without one there is none, whatever was built here.
    """
    page = settings.pop("page", NO_PAGE)
    defaults: dict[str, Any] = {
        "secret_key": SECRET_KEY,
        "encryption_key": ENCRYPTION_KEY,
        "allowed_private_model_hosts": ["127.0.0.1"],
        "rate_limit_per_minute": 100_000,
        "login_rate_limit_per_minute": 100_000,
        "bcrypt_rounds": 4,
        "session_check_seconds": 0.2,
    }
    app = create_app(Settings(_env_file=None, **defaults | settings), page)
    config = uvicorn.Config(
        app,
        port=0,
        log_level="warning",
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=60,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if serving.done():
                raise RuntimeError("The server did not start")
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with await asyncio.to_thread(http_client, port) as http:
            yield RunningServer(port, app, http)
    finally:
        server.should_exit = True
        await serving


def http_client(port: int) -> httpx2.AsyncClient:
    """A client of the server on this port; the first one made reads files, so not in the loop.

    It keeps no cookies: its users would get each other's. Nor does it read certificates: plain
    HTTP has no use for them, and that would take as long as the server's own start.
    """
    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    address = f"http://127.0.0.1:{port}"
    return httpx2.AsyncClient(
        base_url=address, timeout=PATIENCE_SECONDS, cookies=none, verify=False
    )


@dataclass
class RunningServer:
    """A server, and the way to become its user."""

    port: int
    app: Any
    http: httpx2.AsyncClient

    async def register(self, name: str | None = None, password: str = PASSWORD) -> "Person":
        """A new user, logged in."""
        name = name or f"user-{secrets.token_hex(6)}"
        body = {"username": name, "email": f"{secrets.token_hex(8)}@example.com"}
        answer = await self.http.post("/auth/register", json=body | {"password": password})
        assert answer.status_code == 201, answer.text
        return await self.log_in(name, password, answer.json()["id"])

    async def admin(self, name: str | None = None) -> "Person":
        """A new administrator, logged in, made as the command line does it."""
        person = await self.register(name)
        await OperatorAccounts(self.app.state.services.database).set_role(person.name, "admin")
        return person

    async def log_in(self, name: str, password: str, id: int = 0) -> "Person":
        """A user who exists, logged in."""
        body = {"username_or_email": name, "password": password}
        answer = await self.http.post("/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        token = answer.json()
        return Person(self, id, name, token["access_token"], token["refresh_token"])

    async def person_with_model(self, upstream_url: str, model: str = "echo") -> "Person":
        """A new user whose model is at `upstream_url`."""
        person = await self.register()
        await person.set_model(upstream_url, model)
        return person


@dataclass
class Person:
    """A user with a token; every request carries it, and English is what they read."""

    server: RunningServer
    id: int
    name: str
    token: str
    refresh_token: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}

    @property
    def session_id(self) -> int:
        """The session that the token belongs to."""
        return int(jwt.decode(self.token, options={"verify_signature": False})["sid"])

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Any request of this user."""
        headers = self.headers | options.pop("headers", {})
        return await self.server.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx2.Response:
        return await self.request("POST", path, **options)

    async def set_model(self, url: str, model: str, api_key: str = "sk-test-key") -> None:
        """Save a model endpoint."""
        body = {"model_url": url, "model_name": model, "api_key": api_key}
        answer = await self.request("PUT", "/auth/config", json=body)
        assert answer.status_code == 200, answer.text

    async def conversation(self, title: str | None = None) -> int:
        """The id of a new conversation."""
        answer = await self.post("/conversations", json={"title": title} if title else None)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def say(self, conversation_id: int, content: str, **headers: str) -> httpx2.Response:
        """Send a message and wait for the answer to the request."""
        path = f"/conversations/{conversation_id}/messages"
        return await self.post(path, json={"content": content}, headers=headers)

    async def messages(self, conversation_id: int) -> list[dict[str, Any]]:
        """The history, oldest first."""
        answer = await self.get(f"/conversations/{conversation_id}/messages")
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    async def refresh(self) -> "Person":
        """The same user in the same session, with new tokens."""
        body = {"refresh_token": self.refresh_token}
        answer = await self.server.http.post("/auth/refresh", json=body)
        assert answer.status_code == 200, answer.text
        token = answer.json()
        new = {"token": token["access_token"], "refresh_token": token["refresh_token"]}
        return replace(self, **new)

    @asynccontextmanager
    async def socket(
        self,
        conversation_id: int | str,
        last_event_id: str | None = None,
        token: str | None = None,
        **options: Any,
    ) -> AsyncIterator["ChatSocket"]:
        """An open socket of a conversation, by the access token or by another one."""
        url = f"ws://127.0.0.1:{self.server.port}/ws/conversations/{conversation_id}"
        url += f"?token={token or self.token}"
        if last_event_id is not None:
            url += f"&last_event_id={last_event_id}"
        headers = {"Accept-Language": "en"} | options.pop("headers", {})
        # A client that pauses its reading sees no end, and waits ten seconds for one.
        options = {"additional_headers": headers, "max_queue": None} | options
        async with connect(url, **options) as connection:
            yield ChatSocket(connection)


@dataclass
class ChatSocket:
    """A conversation's socket as a client sees it."""

    connection: ClientConnection

    async def send(self, **event: Any) -> None:
        await self.connection.send(orjson.dumps(event).decode())

    async def receive(self) -> dict[str, Any]:
        """The next event; it has some seconds to come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            event: dict[str, Any] = orjson.loads(await self.connection.recv())
        return event

    async def until(self, *types: str) -> list[dict[str, Any]]:
        """Events up to and with the first of these types."""
        events = [await self.receive()]
        while events[-1]["type"] not in types:
            events.append(await self.receive())
        return events

    async def say(self, content: str, **details: Any) -> list[dict[str, Any]]:
        """Send a message and read to the end of its reply."""
        await self.send(type="message", content=content, **details)
        return await self.until("done", "error")


def text_of(events: list[dict[str, Any]]) -> str:
    """The text that the chunks among these events make."""
    return "".join(event["content"] for event in events if event["type"] == "chunk")
