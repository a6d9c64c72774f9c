"""Which model URLs may be called: no notation of an address leads into the own network."""

import asyncio
import ipaddress
import socket
from typing import Any

import pytest

from app.config import Settings
from app.errors import ModelUrlNotAllowed, UpstreamUnavailable
from app.services.ai_service import AiService, Endpoint
from app.services.upstream.connector import Connector
from app.services.upstream.guard import (
    AddressGuard,
    UrlOrigin,
    is_global,
    is_metadata,
    origin_of,
    parse_model_url,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1///", "https://api.openai.com/v1"),
        ("HTTPS://API.OpenAI.com:443/v1/", "https://api.openai.com/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://例子.测试/v1", "https://xn--fsqu00a.xn--0zwm56d/v1"),
        ("https://host/a%20b/v1", "https://host/a%20b/v1"),
    ],
)
def test_normalised(url: str, normal: str) -> None:
    assert str(parse_model_url(url)).rstrip("/") == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com/v1",
        "//api.openai.com/v1",
        "ftp://host/v1",
        "file:///etc/passwd",
        "gopher://host/",
        "javascript:alert(1)",
        "http:///v1",
        "http://",
        "http://:80/v1",
        "http://user:password@host/v1",
        "http://user@host/v1",
        "http://@host/v1",
        "http://good.example@127.0.0.1/v1",
        "http://good.example\\@127.0.0.1/v1",
        "http://good.example#@127.0.0.1/v1",
        "http://host/v1?key=secret",
        "http://host/v1#part",
        "http://host/v1?",
        "http://host\t/v1",
        "http://host\r\nX: y/v1",
        "http://ho st/v1",
        " http://host/v1",
        "http://host/v1\n",
        "http://host\0.example/v1",
        "http://host\u3000/v1",
        "http://127.0.0.1\u200b/v1",
        "http://１２７.０.０.１/v1",
        "http://127。0。0。1%2f/v1",
        "http://host%2eexample/v1",
        "http://host%00/v1",
        "http://[fe80::1%25eth0]/v1",
        "http://[::1/v1",
        "http://host:0/v1",
        "http://host:65536/v1",
        "http://host:-1/v1",
        "http://host:port/v1",
        "http://${OPENAI_API_KEY}.example/v1",
        "http://999.1.1.1/v1",
        "http://metadata.google.internal/v1",
        "http://METADATA.google.internal./v1",
        "http://instance-data/v1",
        "http://host/" + "x" * 500,
        "https://host/" + "é" * 300,  # 1,813 characters as it is called
    ],
)
def test_refused_before_resolving(url: str) -> None:
    with pytest.raises(ModelUrlNotAllowed):
        parse_model_url(url)


GLOBAL = [
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
NOT_GLOBAL = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fe80::a9fe:a9fe",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::a83f:8110",
    "2002:a9fe:a9fe::",
]


@pytest.mark.parametrize("text", GLOBAL)
def test_global_addresses(text: str) -> None:
    assert is_global(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", [*NOT_GLOBAL, *METADATA])
def test_addresses_that_are_not_global(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert not is_global(address) or is_metadata(address)


@pytest.mark.parametrize("text", METADATA)
def test_metadata_addresses(text: str) -> None:
    assert is_metadata(ipaddress.ip_address(text))


async def addresses(guard: AddressGuard, url: str) -> list[str]:
    return await guard.addresses(origin_of(parse_model_url(url)))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "2130706433",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "no-such-host.invalid",
        "10.1.2.3",
        "[64:ff9b::7f00:1]",
    ],
)
async def test_private_and_unresolvable_hosts_get_one_answer(host: str) -> None:
    guard = AddressGuard([], "https://api.openai.com/v1")
    with pytest.raises(ModelUrlNotAllowed):
        await addresses(guard, f"http://{host}/v1")


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1/v1"),
        ("127.0.0.1:1", "http://127.0.0.1:1/v1"),
        ("LocalHost", "http://localhost.:9/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("::1", "http://[::1]:8080/v1"),
        ("10.0.0.7:443", "https://10.0.0.7/v1"),
    ],
)
async def test_allow_listed_hosts_may_be_private(allowed: str, url: str) -> None:
    assert await addresses(AddressGuard([allowed], ""), url)


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.1:1", "http://127.0.0.1:2/v1"),
        ("127.0.0.1", "http://127.0.0.2/v1"),
        ("localhost", "http://127.0.0.1/v1"),
        ("10.0.0.7:80", "https://10.0.0.7/v1"),
    ],
)
async def test_an_allow_listed_host_opens_no_other(allowed: str, url: str) -> None:
    with pytest.raises(ModelUrlNotAllowed):
        await addresses(AddressGuard([allowed], ""), url)


async def test_the_operators_own_model_may_be_private() -> None:
    guard = AddressGuard([], "http://127.0.0.1:8081/v1")
    assert await addresses(guard, "http://127.0.0.1:8081/other") == ["127.0.0.1"]
    with pytest.raises(ModelUrlNotAllowed):
        await addresses(guard, "http://127.0.0.1:8082/v1")


@pytest.mark.parametrize("text", METADATA)
async def test_metadata_is_refused_even_if_allow_listed(text: str) -> None:
    host = f"[{text}]" if ":" in text else text
    guard = AddressGuard([text, host], f"http://{host}/v1")
    with pytest.raises(ModelUrlNotAllowed):
        await guard.addresses(UrlOrigin("http", text, 80))


class Names:
    """Answers `socket.getaddrinfo` from a script, one answer per question, the last for good."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    def __call__(self, host: Any, port: Any, **_: Any) -> list[Any]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in answer]


async def test_one_private_address_among_global_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(ModelUrlNotAllowed):
        await addresses(AddressGuard([], ""), "http://model.example/v1")


async def test_a_name_that_rebinds_is_refused_at_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedUpstream() as canary:
        ai = AiService(Settings(_env_file=None, default_model_url=""))
        monkeypatch.setattr(socket, "getaddrinfo", Names(["8.8.8.8"], ["127.0.0.1"]))
        url = await ai.check_url(1, f"http://model.example:{canary.port}/v1")
        with pytest.raises(ModelUrlNotAllowed):
            await ai.stream_reply(Endpoint(url, "echo", "k"), [], lambda *_: None)
        await ai.aclose()
        assert canary.connections == 0


@pytest.mark.parametrize("refusing", [0, 1, 3])
async def test_addresses_share_the_time_for_connecting(
    monkeypatch: pytest.MonkeyPatch, refusing: int
) -> None:
    """One that refuses leaves its share to the next."""
    loop = asyncio.get_running_loop()
    addresses = [f"127.0.0.{n + 2}" for n in range(refusing)]
    monkeypatch.setattr(socket, "getaddrinfo", Names([*addresses, "127.0.0.1"]))
    connector = Connector(AddressGuard(["model.example"], ""), 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, answers no TLS
        began = loop.time()
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(UpstreamUnavailable):
                await connector.open(UrlOrigin("https", "model.example", silent.getsockname()[1]))
    assert loop.time() - began > 0.9


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:7f00:1]"]
)
async def test_no_connection_leaves_for_a_refused_address(host: str) -> None:
    async with ScriptedUpstream() as canary:
        ai = AiService(Settings(_env_file=None, default_model_url=""))
        await ai.prepare()  # loading the SDK is not on the clock
        endpoint = Endpoint(f"http://{host}:{canary.port}/v1", "echo", "k")
        with pytest.raises(ModelUrlNotAllowed):
            await ai.check_url(1, endpoint.base_url)
        with pytest.raises(ModelUrlNotAllowed):
            await ai.stream_reply(endpoint, [], lambda *_: None)
        with pytest.raises(ModelUrlNotAllowed):
            await ai.complete(endpoint, [], 1)
        with pytest.raises(ModelUrlNotAllowed):
            await ai.list_models(endpoint)
        await ai.aclose()
        assert canary.connections == 0
