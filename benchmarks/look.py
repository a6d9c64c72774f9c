"""What a look at other processes costs: at what they have written in the conversations shown here,
and at their signs of life."""

import time
from contextlib import closing

from app.services.generation import process_rows
from app.services.generation.feed import news
from benchmarks.figures import at_most, median
from benchmarks.lab import Lab
from benchmarks.rows import Rows

CHATS, TURNS = 50, 30
LOOKS = 50
LIMIT_MS = 2.0
RUNNING = 20_000
REAPER_MS = 5.0


async def look(lab: Lab) -> None:
    """CPU of a look at chats that were busy in the last minute, none of it news any more.

    In this process, as a server that rests makes no such look alone: only what is written is read.
    """
    for name in lab.databases:
        async with lab.chat_server(name, users=1) as server:
            (user,) = server.users
            titled = {"title": "Benchmark"}
            made = [
                await server.request(user, "POST", "/conversations", json=titled)
                for _ in range(CHATS)
            ]
            ids = [int(each["id"]) for each in made]
            with closing(Rows(server.database_url)) as rows:
                rows.add_messages(ids, 2 * TURNS)
                newest = rows.add_ended_generations(user.id)
                with rows.engine.connect() as connection:
                    seen: dict[int, int | None] = dict.fromkeys(ids, newest)
                    spent = []
                    for _ in range(LOOKS):
                        began = time.thread_time()
                        news.read(connection, "a process", seen, {})
                        spent.append((time.thread_time() - began) * 1000)
        what = f"a look at {CHATS} chats of {TURNS} turns in the last minute: {name}"
        lab.note(what, median(spent), "ms CPU", at_most(LIMIT_MS))


async def reaper(lab: Lab) -> None:
    """A look of the reaper while another process answers for many running replies."""
    for name in lab.databases:
        async with lab.chat_server(name, users=1) as server:
            (user,) = server.users
            with closing(Rows(server.database_url)) as rows:
                rows.add_conversations(user.id, RUNNING)
                rows.add_running(user.id, "another process")
                spent, took = [], []
                with rows.engine.connect() as connection:
                    for _ in range(LOOKS):
                        cpu, began = time.thread_time(), time.perf_counter()
                        process_rows.beats(connection, "this process")
                        spent.append((time.thread_time() - cpu) * 1000)
                        took.append((time.perf_counter() - began) * 1000)
        what = f"the reaper's look beside {RUNNING:,} replies of another process: {name}"
        lab.note(f"{what}, this process", median(spent), "ms CPU", at_most(REAPER_MS))
        lab.note(f"{what}, until it has its answer", median(took), "ms")
