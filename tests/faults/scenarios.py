"""Replies of the scripted model server that only the faults need; by model name."""

import asyncio
import gzip

from tests.support.upstream_exchange import Exchange, scenario

PIECE = "0123456789" * 800
TORRENT_PIECES = 1_000
BELLS = 1_000_000
DRIZZLE = 500_000
TORRENT_CHARACTERS = len(PIECE) * TORRENT_PIECES
TORRENT_SETTINGS = {"UPSTREAM_REPLY_MAX_BYTES": str(2 * TORRENT_CHARACTERS)}
"""A system holds back up to 4 MB for a reader (tcp(7), tcp_wmem); only more is felt by a server."""


@scenario("torrent")
async def torrent(exchange: Exchange) -> None:
    """Eight megabytes in more than a second, then nothing more until released."""
    await exchange.head()
    for number in range(TORRENT_PIECES):
        await exchange.delta(PIECE)
        if number % 10 == 9:
            await asyncio.sleep(0.01)
    await exchange.upstream.released()
    await exchange.finish()


@scenario("ream")
async def ream(exchange: Exchange) -> None:
    """Half a megabyte at once."""
    await exchange.head()
    await exchange.delta("x" * 500_000)
    await exchange.finish()


@scenario("bells")
async def bells(exchange: Exchange) -> None:
    """Characters of which JSON makes six each."""
    await exchange.head()
    for _ in range(BELLS // 20_000):
        await exchange.delta("\a" * 20_000)
    await exchange.finish()


@scenario("drizzle")
async def drizzle(exchange: Exchange) -> None:
    """Half a megabyte in small pieces."""
    await exchange.head()
    for _ in range(DRIZZLE // 2_000):
        await exchange.delta("x" * 2_000)
        await asyncio.sleep(0.005)
    await exchange.finish()


@scenario("then_big_line")
async def then_big_line(exchange: Exchange) -> None:
    """Some text, then 60 MB without the end of a line."""
    await exchange.head()
    await exchange.delta("some text ")
    await exchange.write(b"%x\r\n" % (60 * 1024 * 1024))
    for _ in range(60 * 16):
        await exchange.write(b"x" * 65536)


@scenario("untitled", titles_too=True)
async def untitled(exchange: Exchange) -> None:
    """Answers at once, and never when it is asked for a title."""
    if exchange.request.is_title:
        await asyncio.Event().wait()
    await exchange.head()
    await exchange.delta("an answer")
    await exchange.finish()


@scenario("then_gzip")
async def then_gzip(exchange: Exchange) -> None:
    """Some text, then 64 MB of zeros, compressed, in the middle of the stream."""
    await exchange.head()
    await exchange.delta("some text ")
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    await exchange.chunk(b"data: " + bomb.replace(b"\n", b"") + b"\n\n")
    await exchange.finish()
