"""The servers that are measured, and the people who use them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.process import ServerProcess, started

PASSWORD = "correct horse battery"
SETTINGS = {
    "SECRET_KEY": "the benchmark's key, long enough for HS256",
    "ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "ALLOWED_PRIVATE_MODEL_HOSTS": "127.0.0.1",
    "RATE_LIMIT_PER_MINUTE": "10000000",
    "LOGIN_RATE_LIMIT_PER_MINUTE": "10000000",
    "MAX_SOCKETS_PER_USER": "10000",
    "MAX_REPLIES_PER_USER": "10000",
    "API_REQUESTS_PER_USER": "10000",
    "BCRYPT_ROUNDS": "4",
    # Long and short conversations then send the same amount of context.
    "CONTEXT_TOKEN_BUDGET": "500",
}
CONNECTIONS = 5
"""Those of a user who has many."""
REQUESTS = 8
"""Requests that are made at a time while a benchmark is prepared."""


@dataclass(frozen=True)
class User:
    """An account, logged in."""

    id: int
    name: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Server:
    """A running server. The relay and the floor have no users: their conversations are numbers."""

    process: ServerProcess
    is_bare: bool = False
    database_url: str = ""
    users: list[User] = field(default_factory=list)
    _paths: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        address = f"http://127.0.0.1:{self.process.port}"
        self.http = httpx2.AsyncClient(base_url=address, timeout=120, trust_env=False)

    async def paths(self, count: int) -> list[str]:
        """Addresses of as many conversations, those of earlier calls first."""
        if self.is_bare:
            return [f"/{number}" for number in range(1, count + 1)]
        turns = asyncio.Semaphore(REQUESTS)

        async def make(number: int) -> str:
            async with turns:
                return await self.conversation(self.users[number % len(self.users)])

        missing = range(len(self._paths), count)
        self._paths += await asyncio.gather(*map(make, missing))
        return self._paths[:count]

    async def conversation(self, user: User) -> str:
        """A new one's address. It has a title of its own: no model is asked for one."""
        made = await self.request(user, "POST", "/conversations", json={"title": "Benchmark"})
        return socket_path(made["id"], user)

    async def user(self, model_url: str) -> User:
        """A new user whose model is there."""
        name = f"user-{secrets.token_hex(6)}"
        account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        made = (await self.http.post("/auth/register", json=account)).raise_for_status().json()
        user = User(made["id"], name, await self.log_in(name))
        model = {"model_url": model_url, "model_name": "bench", "api_key": "sk-benchmark"}
        await self.request(user, "PUT", "/auth/config", json=model)
        self.users.append(user)
        return user

    async def furnish(self, model_url: str) -> None:
        """Give every user what a long-time one has: five connections, each with its list of models.
        Code from before there were connections goes without."""
        for user in self.users:
            found = await self.http.get("/connections", headers=user.headers)
            if found.status_code == 404:
                return
            connection = {"model_url": model_url, "api_key": "sk-benchmark"}
            for number in range(len(found.json()["connections"]), CONNECTIONS):
                more = {"label": f"Connection {number}"}
                await self.request(user, "POST", "/connections", json=connection | more)
            made = await self.request(user, "GET", "/connections")
            for row in made["connections"]:
                path = f"/connections/{row['id']}/refresh"
                answer = await self.request(user, "POST", path)
                if answer["error"]:
                    raise RuntimeError(answer["error"])

    async def log_in(self, name: str) -> str:
        """A new token."""
        body = {"username_or_email": name, "password": PASSWORD}
        answer = await self.http.post("/auth/login", json=body)
        return str(answer.raise_for_status().json()["access_token"])

    async def request(self, user: User, method: str, path: str, **options: Any) -> Any:
        """What the server answers this user; HTTPStatusError for anything but success."""
        answer = await self.http.request(method, path, headers=user.headers, **options)
        return answer.raise_for_status().json()


def socket_path(conversation_id: int, user: User) -> str:
    """Where a user's conversation is watched."""
    return f"/ws/conversations/{conversation_id}?token={user.token}"


@asynccontextmanager
async def relay(model_url: str, folder: Path) -> AsyncIterator[Server]:
    """The bare relay."""
    async with started("benchmarks.relay", model_url, folder=folder) as process:
        yield Server(process, is_bare=True)


@asynccontextmanager
async def floor(model_url: str, folder: Path) -> AsyncIterator[Server]:
    """The floor, with its file in the folder."""
    file = str(folder / "floor.db")
    async with started("benchmarks.floor", model_url, file, folder=folder) as process:
        yield Server(process, is_bare=True)


@asynccontextmanager
async def chat_server(
    model_url: str,
    database_url: str,
    folder: Path,
    users: int,
    module: str = "app.cli",
    code: Path | None = None,
    **settings: str,
) -> AsyncIterator[Server]:
    """This server as `serve` runs it, or that in the folder `code`, with some users."""
    environment = SETTINGS | {"DATABASE_URL": database_url} | settings
    serve = ("serve", "--host", "127.0.0.1", "--port", "0")
    async with started(module, *serve, folder=folder, code=code, **environment) as process:
        server = Server(process, database_url=database_url)
        async with server.http:
            for _ in range(users):
                await server.user(model_url)
            yield server
