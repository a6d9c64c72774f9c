"""Whether who reads a reply notices what the server does for others meanwhile."""

import asyncio
import os
import random
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from io import BytesIO
from itertools import batched, count
from threading import Event

from benchmarks.figures import at_most, share
from benchmarks.flow import paced
from benchmarks.imports import bring_in, export
from benchmarks.lab import INTERVAL_SECONDS, Lab, rest
from benchmarks.language import Language
from benchmarks.rows import Rows
from benchmarks.servers import Server

GAP_RATIO = 1.3
PIXELS = (4_000, 3_000)
GRAIN = (600, 450)
"""A photo has no noise from pixel to pixel; so drawn, it is of five megabytes."""
BATCHES = 10
UNREAD = 500

type Work = Callable[[Server, Event], None]
"""Has the server work for its last user until the event is set; blocks."""


async def beside(lab: Lab) -> None:
    """The pauses between tokens of paced streams, alone and beside each of these works."""
    works = await asyncio.to_thread(_works, lab.sizes.imported)
    streams, seconds = lab.sizes.streams, lab.sizes.seconds
    for name in lab.databases:
        for what, work in works.items():
            async with lab.chat_server(name) as server:
                alone = await paced(server, lab.upstream, streams, INTERVAL_SECONDS, seconds)
                await rest(server)
                is_over = Event()
                working = asyncio.create_task(asyncio.to_thread(work, server, is_over))
                try:
                    busy = await paced(server, lab.upstream, streams, INTERVAL_SECONDS, seconds)
                finally:
                    is_over.set()
                    await working
            lab.note(
                f"longest pause (p99) of {streams} streams beside {what}: {name}",
                busy.gap_p99,
                "ms",
                at_most(GAP_RATIO, "ratio"),
                share(busy.gap_p99, alone.gap_p99),
                "alone",
            )


def _works(imported: int) -> dict[str, Work]:
    """All that they send is made before: the load's own process must not seem late."""
    texts = Language(random.Random(2)).texts(BATCHES * UNREAD)
    unread = [*batched(texts, UNREAD)]
    files = [export(seed, imported // BATCHES) for seed in range(BATCHES)]
    return {
        "uploads of a photo": partial(_upload, _photo()),
        "an index that is made": partial(_have_read, unread),
        "an import": partial(_import, files),
    }


def _photo() -> bytes:
    from PIL import Image  # noqa: PLC0415 - for this scenario alone

    made = BytesIO()
    noise = Image.frombytes("RGB", GRAIN, os.urandom(GRAIN[0] * GRAIN[1] * 3))
    noise.resize(PIXELS).save(made, "JPEG", quality=93)
    return made.getvalue()


def _upload(photo: bytes, server: Server, is_over: Event) -> None:
    """Photos, one after the other."""
    for number in count():
        if is_over.is_set():
            return
        connection = HTTPConnection("127.0.0.1", server.process.port, timeout=60)
        try:
            head = server.users[-1].headers
            connection.request("PUT", f"/attachments?name={number}.jpg", photo, head)
            answer = connection.getresponse()
            if answer.status != 201:
                raise RuntimeError(f"an upload was answered {answer.status}")
        finally:
            connection.close()


def _have_read(batches: Sequence[Sequence[str]], server: Server, is_over: Event) -> None:
    """Messages of a release without a search: the index reads and seals them."""
    with closing(Rows(server.database_url)) as rows:
        for texts in batches:
            rows.add_said(server.users[-1].id, texts)
            while rows.unread() > len(texts) // 2:
                if is_over.wait(0.05):
                    return


def _import(files: Sequence[bytes], server: Server, is_over: Event) -> None:
    """Files of other conversations each time, one after the other."""
    for file in files:
        bring_in(server, server.users[-1], file)
        if is_over.is_set():
            return
