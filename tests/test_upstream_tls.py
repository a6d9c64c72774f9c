"""A key goes over TLS only to a server whose certificate names the host of the URL."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.config import Settings
from app.errors import UpstreamUnavailable
from app.services.ai_service import AiService, Endpoint
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


def self_signed(path: Path, name: x509.GeneralName) -> ssl.SSLContext:
    """A server's context with a certificate for one name; the certificate is left at `path`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted upstream")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = path.with_suffix(".key")
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return context


LOCALHOST = x509.DNSName("localhost")
LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


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
@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1", LOCALHOST), ("localhost", LOOPBACK), ("localhost", x509.DNSName("other.test"))],
)
async def test_a_trusted_certificate_for_another_host(host: str, tls: ssl.SSLContext) -> None:
    with pytest.raises(UpstreamUnavailable):
        await reply_from(host, tls)


@pytest.mark.parametrize("name", [LOCALHOST])
async def test_an_untrusted_certificate(tls: ssl.SSLContext) -> None:
    with pytest.raises(UpstreamUnavailable):
        await reply_from("localhost", tls)
