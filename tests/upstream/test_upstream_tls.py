"""A key goes over TLS only to a server whose certificate names the host of the URL."""

import asyncio
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from app.config import Settings
from app.errors import UpstreamUnavailable
from app.services.ai_service import AiService, Endpoint
from app.services.upstream.connector import Connector
from app.services.upstream.guard import AddressGuard, UrlOrigin
from tests.support.certificates import LOCALHOST, LOOPBACK, self_signed
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_replies import BIG_TEXT

pytestmark = pytest.mark.anyio

ROUNDS = 50


@pytest.fixture
def tls(name: x509.GeneralName, tmp_path: Path) -> ssl.SSLContext:
    return self_signed(tmp_path / "cert.pem", name)


@pytest.fixture
def trusted(tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))


async def reply_from(host: str, tls: ssl.SSLContext) -> str:
    async with ScriptedUpstream(tls) as upstream:
        ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=[host]))
        pieces: list[str] = []
        endpoint = Endpoint(f"https://{host}:{upstream.port}/v1", "echo", "key")
        messages = [{"role": "user", "content": "hi"}]
        try:
            await ai.stream_reply(endpoint, messages, lambda _, text: pieces.append(text))
            await ai.stream_reply(endpoint, messages, lambda _, text: pieces.append(text))
        finally:
            await ai.aclose()
            # No request, and so no key, got through where no reply did.
            assert bool(upstream.requests) == bool(pieces)
        assert upstream.connections == 1
        return "".join(pieces)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("host", "name"), [("localhost", LOCALHOST), ("127.0.0.1", LOOPBACK)])
async def test_a_trusted_certificate_for_the_host(host: str, tls: ssl.SSLContext) -> None:
    assert await reply_from(host, tls) == "You said: hi" * 2


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", [LOCALHOST])
async def test_large_answers_come_whole(tls: ssl.SSLContext) -> None:
    async with ScriptedUpstream(tls) as upstream:
        ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=["localhost"]))
        pieces: list[str] = []
        for model in ("big_json", "big_stream", "big_json", "big_until_close"):
            pieces.clear()
            endpoint = Endpoint(f"https://localhost:{upstream.port}/v1", model, "key")
            await ai.stream_reply(endpoint, [], lambda _, text: pieces.append(text))
            assert "".join(pieces) == BIG_TEXT, model
        await ai.aclose()
        assert upstream.connections == 1


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1", LOCALHOST), ("localhost", LOOPBACK), ("localhost", x509.DNSName("other.test"))],
)
async def test_a_trusted_certificate_for_another_host(host: str, tls: ssl.SSLContext) -> None:
    with pytest.raises(UpstreamUnavailable):
        await reply_from(host, tls)


@pytest.mark.parametrize("greeting", [b"220 hello\r\n", b""])
async def test_a_server_that_speaks_or_closes_before_tls(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def meet() -> None:
            for _ in range(ROUNDS):
                with listening.accept()[0] as met:
                    met.sendall(greeting)

        thread = threading.Thread(target=meet, daemon=True)
        thread.start()
        faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        origin = UrlOrigin("https", "127.0.0.1", listening.getsockname()[1])
        connector = Connector(AddressGuard(["127.0.0.1"], ""), timeout_seconds=10)
        for _ in range(ROUNDS):
            with pytest.raises(UpstreamUnavailable):
                await connector.open(origin)
        await asyncio.to_thread(thread.join)
    assert not faults


@pytest.mark.parametrize("name", [LOCALHOST])
async def test_an_untrusted_certificate(tls: ssl.SSLContext) -> None:
    with pytest.raises(UpstreamUnavailable):
        await reply_from("localhost", tls)
