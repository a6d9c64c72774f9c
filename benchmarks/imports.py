"""How quickly conversations of another product are brought in."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import batched, chain, cycle
from typing import Any

from benchmarks.figures import at_least, at_most
from benchmarks.lab import Lab
from benchmarks.language import Language
from benchmarks.servers import Server, User

PACE = {"SQLite": 600, "MySQL": 400}
"""Messages a second that are asked for."""
CHARACTERS = 500
PER_CONVERSATION = 20
LOOK_SECONDS = 0.2
LAST_WORD = "quincunx"
"""Said in the last message alone: the index takes them in order."""
FOUND_SECONDS = 60


async def imports(lab: Lab) -> None:
    """The pace of an import, with all that a search finds its messages by, and what it costs."""
    count = lab.sizes.imported
    file = await asyncio.to_thread(export, 1, count)
    for name in lab.databases:
        async with lab.chat_server(name, users=1) as server:
            began, before = time.monotonic(), server.process.cpu_seconds()
            user = server.users[0]
            written = await asyncio.to_thread(bring_in, server, user, file)
            seconds = time.monotonic() - began
            cpu = server.process.cpu_seconds() - before
            found = await asyncio.to_thread(_until_found, server, user)
        what = f"import of {written:,} messages of {CHARACTERS} characters: {name}"
        lab.note(what, written / seconds, "messages/s", at_least(PACE[name]))
        lab.note(f"{what}, the server's own process", cpu / written * 1e6, "µs CPU a message")
        lab.note(f"{what}, until the last is found", found, "s", at_most(FOUND_SECONDS))


def export(seed: int, count: int) -> bytes:
    """A file of about so many messages, others for each seed."""
    texts = Language(random.Random(seed)).texts(count, CHARACTERS)
    return b"".join(_lines(chain(texts, [LAST_WORD])))


def _lines(texts: Iterator[str]) -> Iterator[bytes]:
    for said in batched(texts, PER_CONVERSATION):
        roles = cycle(("user", "assistant"))
        messages = [{"role": next(roles), "content": content} for content in said]
        yield json.dumps({"messages": messages}).encode() + b"\n"


def bring_in(server: Server, user: User, file: bytes) -> int:
    """Import a file; how many messages there were. Blocks until it has ended."""
    told = _ask(server, user, "PUT", "/imports?name=benchmark.jsonl", file)
    while told["status"] in ("waiting", "running"):
        time.sleep(LOOK_SECONDS)
        told = _ask(server, user, "GET", f"/imports/{told['id']}")
    if told["status"] != "done" or told["failed"]:
        raise RuntimeError(f"the import ended {told['status']}")
    return int(told["messages"])


def _until_found(server: Server, user: User) -> float:
    """Seconds until a search finds the last message. Blocks."""
    began = time.monotonic()
    while not _ask(server, user, "GET", f"/search?q={LAST_WORD}")["results"]:
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def _ask(server: Server, user: User, method: str, path: str, body: bytes | None = None) -> Any:
    connection = HTTPConnection("127.0.0.1", server.process.port, timeout=60)
    try:
        connection.request(method, path, body, user.headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status not in (200, 202):
            raise RuntimeError(f"{method} {path} was answered {answer.status}")
        return json.loads(told)
    finally:
        connection.close()
