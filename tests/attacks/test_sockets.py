"""Sockets are for this site's pages, count like requests, and take any frame without harm."""

import asyncio
import zlib
from contextlib import AsyncExitStack, suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.attacks.raw import exchange, frame, raw_socket
from tests.attacks.target import Target, Visitor
from tests.faults.processes import resident_bytes
from tests.faults.scale import scaled
from tests.support.refusals import last_words
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

TEXT, BINARY, CONTINUATION, CLOSE, PING = 1, 2, 0, 8, 9
GROWTH_BYTES = 60_000_000
FLOOD = scaled(3_000, soak=100_000)
BURST_BYTES = scaled(300_000, soak=10_000_000)
IDLE = scaled(2, soak=100)
SENSELESS = [
    "",
    "null",
    "NaN",
    "[]",
    '"ping"',
    "{}",
    '{"type":"ping"',
    '{"type":["ping"]}',
    '{"type":"__class__"}',
    '{"type":"message","content":NaN}',
    '{"type":"message","content":"\\ud800"}',
    '{"type":"message","content":"a\\u0000b"}',
    '{"type":"message","content":{"$gt":""}}',
    '{"type":"edit","message_id":"1","content":"x"}',
    '{"type":"edit","message_id":1.0,"content":"x"}',
    '{"type":"edit","message_id":true,"content":"x"}',
    '{"type":"edit","message_id":9223372036854775808,"content":"x"}',
    '{"type":"edit","message_id":-1,"content":"x"}',
    '{"type":"regenerate","message_id":1e999}',
    '{"type":"regenerate","message_id":' + "1" * 5000 + "}",
    '{"type":"message","content":"x","client_id":"a b"}',
    '{"type":"message","content":"x","client_id":"' + "a" * 101 + '"}',
    "[" * 100_000,
    '{"a":' * 100_000,
]


@pytest.fixture(scope="module")
def target(unforked: Target) -> Target:
    """A server whose memory can be looked at."""
    return unforked


@pytest.fixture(scope="module")
async def ada(target: Target) -> Visitor:
    """Somebody whose sockets are abused."""
    return await target.visitor()


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://127.0.0.1.evil.example:{port}",
        "http://evil.example#http://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://evil@127.0.0.1:{port}",
        "ws://127.0.0.1:{port}",
        "file://",
    ],
)
async def test_pages_of_other_sites(target: Target, ada: Visitor, origin: str) -> None:
    url = f"ws://127.0.0.1:{target.port}/ws/conversations/1?token={ada.token}"
    headers = {"Origin": origin.format(port=target.port)}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=headers):
            pass
    assert refused.value.response.status_code == 403


async def test_messages_count_wherever_they_come_in(strict: Target) -> None:
    ada = await strict.visitor()
    conversation = await ada.conversation()
    codes = []
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(ada.socket(conversation)) for _ in range(3)]
        for n in range(62):
            await sockets[n % 3].send(type="regenerate", message_id=2**62)
            codes.append((await sockets[n % 3].receive())["code"])
    assert codes[-1] == "rate_limited"
    assert codes.count("message_not_found") < 60
    assert (await ada.get("/auth/me")).status_code == 429
    async with ada.socket(conversation) as socket:
        assert (await last_words(socket.connection))[1] == 4429


async def test_a_flood_of_small_frames(target: Target) -> None:
    ada, eve = await target.visitor(), await target.visitor()
    conversation = await eve.conversation()
    async with eve.socket(conversation) as flood, ada.socket(await ada.conversation()) as calm:

        async def send() -> None:
            for _ in range(FLOOD):
                await flood.send(type="ping")

        async def receive() -> None:
            for _ in range(FLOOD):
                assert (await flood.receive())["type"] == "pong"

        flooding = asyncio.gather(send(), receive())
        for _ in range(5):
            await calm.send(type="ping")
            assert (await calm.receive())["type"] == "pong"
        await flooding


@pytest.mark.parametrize(
    ("begins", "each", "answer"),
    [
        (b"", frame(PING, b""), b"\x8a\x00"),
        (b"", frame(TEXT, b'{"type":"ping"}'), b'\x81\x0f{"type":"pong"}'),
        (frame(TEXT, b"", fin=False), frame(CONTINUATION, b" ", fin=False), b""),
    ],
    ids=["control frames", "messages", "pieces of a message"],
)
async def test_many_small_frames_in_one_read(
    target: Target, begins: bytes, each: bytes, answer: bytes
) -> None:
    ada = await target.visitor()
    count = BURST_BYTES // len(each)
    ends = frame(CONTINUATION, b"") if begins else frame(TEXT, b"{")
    async with raw_socket(target, await ada.conversation(), ada.token) as socket:
        sending = asyncio.create_task(socket.send(begins + each * count + ends))
        told = await socket.until(b"invalid_json")
        await sending
    if answer:
        assert told.count(answer) == count


async def test_many_bad_frames_in_one_read_and_a_close_behind_them(target: Target) -> None:
    ada = await target.visitor()
    async with raw_socket(target, await ada.conversation(), ada.token) as socket:
        bad = frame(TEXT, b"x")
        goodbye = frame(CLOSE, (1000).to_bytes(2))
        sending = asyncio.create_task(socket.send(bad * (BURST_BYTES // len(bad)) + goodbye))
        assert await socket.close_code() == 1008
        await sending
        assert await socket.close_code() == 0  # closed, for its own close frame was read


async def test_a_flood_of_stops_of_nothing(target: Target) -> None:
    ada = await target.visitor()
    async with ada.socket(await ada.conversation()) as socket:
        for _ in range(FLOOD // 10):
            await socket.send(type="stop")
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"


async def test_frames_that_make_no_sense(target: Target, ada: Visitor) -> None:
    async with ada.socket(await ada.conversation()) as socket:
        for text in SENSELESS:
            await socket.connection.send(text)
            event = await socket.receive()
            assert (event["type"], event["code"][:8]) == ("error", "invalid_"), text[:60]
            await socket.connection.send(text.encode())
            assert (await socket.receive())["code"] == event["code"]
            await socket.send(type="ping")
            assert (await socket.receive())["type"] == "pong"


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(TEXT, b"\xff\xfe\xfd"), {1007}),
        (frame(TEXT, b'{"type":"ping","a":"\xed\xa0\x80"}'), {1007}),
        (frame(TEXT, b"{}", mask=False), {1002}),
        (frame(TEXT, b"{}", rsv=4), {1002}),
        (frame(TEXT, b"{}", rsv=1), {1002}),
        (frame(3, b"{}"), {1002}),
        (frame(11, b"{}"), {1002}),
        (frame(CONTINUATION, b"{}"), {1002}),
        (frame(PING, b"x", fin=False), {1002}),
        (frame(PING, b"x" * 200), {1002}),
        (frame(CLOSE, b"x"), {1002}),
        (frame(CLOSE, b"\x00\x01"), {1002}),
        (frame(CLOSE, b"\x03\xe8\xff"), {1002, 1007}),
        (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), {1002}),
        (b"\x81\xff" + b"\xff" * 12, {1002, 1009}),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", {1002}),
    ],
)
async def test_broken_frames_end_the_socket(
    target: Target, ada: Visitor, frames: bytes, code: set[int]
) -> None:
    async with raw_socket(target, await ada.conversation(), ada.token) as socket:
        await socket.send(frames)
        assert await socket.close_code() in code


async def test_a_huge_frame(target: Target) -> None:
    ada = await target.visitor()
    async with ada.socket(await ada.conversation(), max_size=None) as socket:
        await socket.send(type="message", content="x" * 1_510_000)
        assert (await socket.receive())["code"] == "body_too_large"
        with suppress(ConnectionClosedError):  # refused by its length, while the rest is sent
            await socket.send(type="message", content="x" * 20_000_000)
        assert (await last_words(socket.connection))[1] == 1009


@pytest.mark.parametrize("part", ["[]", "0", '{"a":1}', '"a"'])
async def test_a_frame_of_many_parts(target: Target, ada: Visitor, part: str) -> None:
    parts = ",".join([part] * (1_400_000 // (len(part) + 1)))
    async with ada.socket(await ada.conversation(), max_size=None) as socket:
        await socket.connection.send(f'{{"type":"ping","client_id":"mine","x":[{parts}]}}')
        event = await socket.receive()
        assert (event["code"], event["client_id"]) == ("body_too_large", "mine")
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"


@pytest.mark.parametrize("kind", ["ping", "stop", "nothing"])
async def test_large_frames_count_whatever_they_are(strict: Target, kind: str) -> None:
    ada = await strict.visitor()
    async with ada.socket(await ada.conversation()) as socket:
        for _ in range(62):
            await socket.send(type=kind, x="x" * 2_000)
            await socket.send(type="ping")  # a good one, so that the socket stays
        await socket.send(type="message", content="x" * 2_000, client_id='my"own"')
        events = await socket.until("error")
        while "client_id" not in events[-1]:
            events += await socket.until("error")
    assert (events[-1]["code"], events[-1]["client_id"]) == ("rate_limited", 'my"own"')


async def test_a_message_in_endless_pieces(target: Target) -> None:
    ada = await target.visitor()
    before = await asyncio.to_thread(resident_bytes, target.pid)
    async with raw_socket(target, await ada.conversation(), ada.token) as socket:
        await socket.send(frame(TEXT, b"x" * 1_000_000, fin=False))
        closing = asyncio.create_task(socket.close_code())
        with_pieces = frame(CONTINUATION, b"x" * 1_000_000, fin=False)
        for _ in range(40):
            if closing.done():
                break
            try:
                await socket.send(with_pieces)
            except ConnectionError:
                break
        assert await closing in (0, 1009)
    grown = await asyncio.to_thread(resident_bytes, target.pid) - before
    assert grown < GROWTH_BYTES


async def test_a_frame_that_unpacks_to_a_quarter_of_a_gigabyte(target: Target) -> None:
    ada = await target.visitor()
    packer = zlib.compressobj(9, wbits=-15)
    block = bytes(1_000_000)
    packed = b"".join(packer.compress(block) for _ in range(250))
    packed += packer.flush(zlib.Z_SYNC_FLUSH).removesuffix(b"\x00\x00\xff\xff")
    before = await asyncio.to_thread(resident_bytes, target.pid)
    extension = "permessage-deflate"
    async with raw_socket(target, await ada.conversation(), ada.token, extension) as socket:
        await socket.send(frame(TEXT, packed, rsv=4))
        assert await socket.close_code() in (1002, 1009)
    grown = await asyncio.to_thread(resident_bytes, target.pid) - before
    assert grown < GROWTH_BYTES


async def test_idle_sockets_are_bounded_for_each_user(target: Target) -> None:
    visitors = [await target.visitor() for _ in range(IDLE)]
    async with AsyncExitStack() as stack:
        for visitor in visitors:
            conversation = await visitor.conversation()
            for _ in range(20):
                socket = await stack.enter_async_context(visitor.socket(conversation))
                await socket.send(type="ping")
                await socket.until("pong")  # the handshake is over before it is counted
            async with visitor.socket(conversation) as beyond:
                events, code = await last_words(beyond.connection)
            assert (events[0]["code"], code) == ("too_many_sockets", 4429)
        answer = await visitors[0].get("/auth/me")
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short"),
        ("GET /ws", "POST /ws"),
        ("/ws/conversations/1", "/ws/conversations/../../auth/me"),
        ("/ws/conversations/1", "/ws/nothing"),
    ],
    ids=str,
)
async def test_broken_handshakes_open_nothing(target: Target, change: tuple[str, str]) -> None:
    request = (
        "GET /ws/conversations/1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade, close\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    )
    answer = await exchange(target, request.replace(*change).encode(), seconds=1)
    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]


async def test_a_reply_asked_for_by_one_user_on_fifty_sockets_is_one(
    target: Target, model: ScriptedUpstream
) -> None:
    ada = await target.visitor(model.url)
    conversation = await ada.conversation("T")
    before = len(model.replies)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(ada.socket(conversation)) for _ in range(10)]
        await asyncio.gather(
            *(socket.send(type="message", content="hi", client_id="1") for socket in sockets)
        )
        await asyncio.gather(*(socket.until("done") for socket in sockets))
    assert len(model.replies) == before + 1
