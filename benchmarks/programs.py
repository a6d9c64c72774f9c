"""The API for programs: a streamed token beside the socket's, a whole answer beside a bare proxy's
and, where it is installed in .cache/litellm, beside LiteLLM's proxy."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx2
import orjson

from benchmarks.client import ANSWER_SECONDS, ChatSocket
from benchmarks.figures import at_least, at_most, median, share
from benchmarks.flow import begun
from benchmarks.lab import INTERVAL_SECONDS, Lab, pause
from benchmarks.process import SERVER_CORE, ServerProcess, started
from benchmarks.servers import Server
from benchmarks.upstream import Script

TOKEN, REQUEST, LITELLM = 1.2, 6.0, 5.0
"""How many times the socket's token and the bare proxy's request ours may cost, and how many times
LiteLLM's requests a second ours must be."""
AT_ONCE = 10
PER_ROUND = 20
FIRSTS = 20
LITELLM_BIN = Path(__file__).parents[1] / ".cache" / "litellm" / "bin"
LITELLM_START_SECONDS = 90
LITELLM_KEY = "sk-proxy"
BODY = {"model": "bench", "messages": [{"role": "user", "content": "Go on."}]}


class Asking(asyncio.Protocol):
    """A connection that asks one thing again and again, and does as little as it can."""

    def __init__(self, key: str, is_streamed: bool) -> None:
        body = orjson.dumps(BODY | ({"stream": True} if is_streamed else {}))
        head = (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._is_streamed = is_streamed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        loop = asyncio.get_running_loop()
        self.first_token: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self._received = b""
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self._is_streamed:
            if not self.first_token.done() and b'"content"' in data:
                self.first_token.set_result(None)
            if b"[DONE]" in data and not self.ended.done():
                self.ended.set_result(None)
            return
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._received[:500])
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]
        if len(body) >= int(length) and not self.ended.done():
            self.ended.set_result(None)

    def close(self) -> None:
        self._transport.abort()


@dataclass(frozen=True)
class Proxy:
    """A server that answers `/v1/chat/completions`, and what opens it."""

    process: ServerProcess
    key: str


async def programs(lab: Lab) -> None:
    """What a program's token and request cost."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(lab.chat_server())
        made = await ours.request(ours.users[0], "POST", "/auth/keys", json={"name": "bench"})
        proxy = Proxy(ours.process, made["key"])
        await _tokens(lab, ours, proxy)
        await _firsts(lab, ours, proxy)
        bare = await stack.enter_async_context(
            started("benchmarks.proxy", lab.upstream.url, folder=lab.place())
        )
        beside = {"/v1": proxy, "bare proxy": Proxy(bare, "x")}
        if (LITELLM_BIN / "litellm").exists():
            lite = await stack.enter_async_context(_litellm(lab.upstream.url, lab.place()))
            beside["LiteLLM"] = Proxy(lite, LITELLM_KEY)
        await _requests(lab, beside)


async def _tokens(lab: Lab, ours: Server, proxy: Proxy) -> None:
    sizes = lab.sizes
    tokens = max(int(sizes.seconds / INTERVAL_SECONDS), 2)
    for what, count, interval in (
        (f"{sizes.streams} streams × 20 ms", tokens, INTERVAL_SECONDS),
        (f"{sizes.streams} streams, no pause", sizes.burst_tokens, 0.0),
    ):
        rounds = []
        for _ in range(sizes.rounds):
            lab.upstream.play(Script(count, interval, held=True))
            async with begun(ours, sizes.streams) as sockets:
                by_socket = await _released(lab, ours.process, sockets, count)
            await pause()
            async with _asking(proxy, sizes.streams, is_streamed=True) as streams:
                for stream in streams:
                    stream.ask()
                await asyncio.gather(*(stream.first_token for stream in streams))
                by_key = await _released(lab, ours.process, streams, count)
            await pause()
            rounds.append((by_key, by_socket))
        value = median(by_key for by_key, _ in rounds)
        ratio = median(share(*each) for each in rounds)
        lab.note(f"{what}: /v1", value, "µs CPU a token", at_most(TOKEN, "ratio"), ratio, "socket")


async def _released(
    lab: Lab, process: ServerProcess, streams: Sequence[ChatSocket | Asking], tokens: int
) -> float:
    """µs of CPU a token, from the release to the last stream's end."""
    cpu = process.cpu_seconds()
    lab.upstream.release()
    async with asyncio.timeout(ANSWER_SECONDS):
        await asyncio.gather(*(stream.ended for stream in streams))
    return (process.cpu_seconds() - cpu) / (len(streams) * tokens) * 1e6


async def _firsts(lab: Lab, ours: Server, proxy: Proxy) -> None:
    """How long a first token takes on an idle server."""
    lab.upstream.play(Script(1))
    by_key, by_socket = [], []
    async with (
        begun(ours, 1) as (socket,),
        _asking(proxy, 1, is_streamed=True) as (stream,),
    ):
        await socket.ended
        for _ in range(min(lab.sizes.turns, FIRSTS)):
            began = socket.say()
            await socket.first_token
            by_socket.append((time.monotonic() - began) * 1000)
            await socket.ended
            began = time.monotonic()
            stream.ask()
            await stream.first_token
            by_key.append((time.monotonic() - began) * 1000)
            await stream.ended
    ratio = share(median(by_key), median(by_socket))
    lab.note("First token: /v1", median(by_key), "ms", at_most(1.0, "ratio"), ratio, "socket")


async def _requests(lab: Lab, beside: dict[str, Proxy]) -> None:
    lab.upstream.play(Script(1))
    costs: dict[str, list[float]] = {name: [] for name in beside}
    rates: dict[str, list[float]] = {name: [] for name in beside}
    for _ in range(lab.sizes.rounds + 1):
        for name, proxy in beside.items():
            cost, rate = await _round(proxy, PER_ROUND * lab.sizes.rounds)
            costs[name].append(cost)
            rates[name].append(rate)
            await pause()
    for name in beside:  # the first round warms up
        del costs[name][0], rates[name][0]
    ratio = median(map(share, costs["/v1"], costs["bare proxy"]))
    limit = at_most(REQUEST, "ratio")
    lab.note("A whole answer: /v1", median(costs["/v1"]), "µs CPU", limit, ratio, "bare proxy")
    if "LiteLLM" in beside:
        ratio = median(map(share, rates["/v1"], rates["LiteLLM"]))
        lab.note(
            "Whole answers a second: /v1",
            *(median(rates["/v1"]), "a second", at_least(LITELLM, "ratio"), ratio, "LiteLLM"),
        )


async def _round(proxy: Proxy, each: int) -> tuple[float, float]:
    """µs of CPU a request, and requests a second, of several connections at once."""

    async def ask(asking: Asking) -> None:
        for _ in range(each):
            asking.ask()
            await asking.ended

    async with _asking(proxy, AT_ONCE, is_streamed=False) as connections:
        began, cpu = time.monotonic(), proxy.process.cpu_seconds()
        async with asyncio.timeout(ANSWER_SECONDS):
            await asyncio.gather(*map(ask, connections))
        count = each * AT_ONCE
        spent = proxy.process.cpu_seconds() - cpu
        return spent / count * 1e6, count / (time.monotonic() - began)


@asynccontextmanager
async def _asking(proxy: Proxy, count: int, is_streamed: bool) -> AsyncIterator[list[Asking]]:
    loop = asyncio.get_running_loop()
    made = []
    for _ in range(count):
        _, asking = await loop.create_connection(
            lambda: Asking(proxy.key, is_streamed), "127.0.0.1", proxy.process.port
        )
        made.append(asking)
    try:
        yield made
    finally:
        for asking in made:
            asking.close()


@asynccontextmanager
async def _litellm(model_url: str, folder: Path) -> AsyncIterator[ServerProcess]:
    """LiteLLM's proxy without a database, on the core of all servers."""
    config = folder / "config.yaml"
    to = {"model": "openai/bench", "api_base": model_url, "api_key": "sk-benchmark"}
    models = [{"model_name": "bench", "litellm_params": to}]
    config.write_bytes(  # JSON is YAML
        orjson.dumps({"model_list": models, "general_settings": {"master_key": LITELLM_KEY}})
    )
    port = await _free_port()
    began = time.perf_counter()
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            *(LITELLM_BIN / "litellm", "--config", config, "--host", "127.0.0.1"),
            *("--port", str(port), "--telemetry", "False"),
            stdout=log,
            stderr=log,
            env=os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"},
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
        )
    try:
        async with httpx2.AsyncClient(trust_env=False) as http:
            async with asyncio.timeout(LITELLM_START_SECONDS):
                while True:
                    with suppress(httpx2.HTTPError):
                        await http.get(f"http://127.0.0.1:{port}/health/liveliness")
                        break
                    await asyncio.sleep(0.2)
        yield ServerProcess(process.pid, port, time.perf_counter() - began)
    finally:
        process.kill()
        await process.wait()


async def _free_port() -> int:
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    return port
