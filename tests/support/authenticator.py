"""An authenticator of software: makes passkeys (ES256) and signs with them, and lies when told to.

It reads options and writes answers as a browser's JSON has them; nothing of it is the server's.
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.server import Person, RunningServer

DOMAIN = "chat.example.com"
SITE = f"https://{DOMAIN}"
ENGLISH = {"Accept-Language": "en"}
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def spelled(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def read(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


def cbor(value: Any) -> bytes:
    """Whole numbers, bytes, text and maps (RFC 8949)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    if number < 256:
        return bytes([kind << 5 | 24, number])
    return bytes([kind << 5 | 25]) + struct.pack(">H", number)


@dataclass
class Authenticator:
    """One that holds one passkey. `counts`: it says how often it has signed, as those that do not
    sync do."""

    origin: str = SITE
    counts: bool = True
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    handle: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    id: int = 0
    """What the server calls the passkey."""

    def make(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """A new credential by a server's options; as `navigator.credentials.create` answers."""
        self.handle = read(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        key = lies.get("key", {1: 2, 3: -7, -1: 1, -2: x, -3: y})
        credential = bytes(16) + struct.pack(">H", len(self.credential_id))
        credential += self.credential_id + cbor(key)
        domain = options["rp"]["id"]
        data = self._data(domain, lies, AT, credential)
        made = {"fmt": "none", "attStmt": {}, "authData": data}
        response = {
            "clientDataJSON": spelled(self._client("webauthn.create", options, lies)),
            "attestationObject": spelled(lies.get("attestation", cbor(made))),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response)

    def sign(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """What `navigator.credentials.get` answers."""
        client = self._client("webauthn.get", options, lies)
        data = self._data(options["rpId"], lies)
        message = data + hashlib.sha256(client).digest()
        signature = self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": spelled(client),
            "authenticatorData": spelled(data),
            "signature": spelled(lies.get("signature", signature)),
            "userHandle": spelled(lies.get("handle", self.handle)),
        }
        return self._credential(response)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        id = spelled(self.credential_id)
        more = {"clientExtensionResults": {}, "authenticatorAttachment": "platform"}
        return {"id": id, "rawId": id, "type": "public-key", "response": response} | more

    def _client(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
        said = {
            "type": lies.get("kind", kind),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("cross_origin", False),
        }
        return json.dumps(said).encode()

    def _data(
        self, domain: str, lies: dict[str, Any], flags: int = 0, credential: bytes = b""
    ) -> bytes:
        self.counter += 1
        counter = lies.get("counter", self.counter if self.counts else 0)
        flags |= lies.get("flags", UP | UV if self.counts else UP | UV | BE | BS)
        hash = hashlib.sha256(lies.get("domain", domain).encode()).digest()
        return hash + struct.pack(">BI", flags, counter) + credential


def local() -> Authenticator:
    """One at a server that has no address, and so none but `localhost`."""
    return Authenticator(origin="http://localhost:8000")


def _called(authenticator: Authenticator | None) -> dict[str, str]:
    return {"Host": "localhost"} if authenticator and "localhost" in authenticator.origin else {}


async def creation(person: Person, authenticator: Authenticator | None = None) -> dict[str, Any]:
    """A challenge for a new passkey, and the options with it."""
    answer = await person.post("/auth/passkeys/options", headers=_called(authenticator))
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def add_passkey(
    person: Person, authenticator: Authenticator | None = None, name: str = "my phone"
) -> Authenticator:
    """Give a person a passkey, as the page does."""
    authenticator = authenticator or Authenticator()
    answer = await keep(person, authenticator, await creation(person, authenticator), name)
    assert answer.status_code == 201, answer.text
    authenticator.id = answer.json()["id"]
    return authenticator


async def keep(
    person: Person,
    authenticator: Authenticator,
    begun: dict[str, Any],
    name: str = "my phone",
    **lies: Any,
) -> httpx2.Response:
    """Give a server what an authenticator makes."""
    made = authenticator.make(begun["options"], **lies)
    body = {"challenge_id": begun["challenge_id"], "name": name, "credential": made}
    return await person.post("/auth/passkeys", json=body, headers=_called(authenticator))


async def asked(
    server: RunningServer, ticket: str | None = None, person: Person | None = None
) -> dict[str, Any]:
    """A challenge to sign: to log in, as the second step, or to confirm who is logged in."""
    path = "/auth/login/passkey/options"
    if person is not None:
        answer = await person.post(path)
    else:
        answer = await server.http.post(path, json={"ticket": ticket} if ticket else None)
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def signed(
    server: RunningServer,
    authenticator: Authenticator,
    begun: dict[str, Any] | None = None,
    **lies: Any,
) -> dict[str, Any]:
    """What stands for a passkey in a request."""
    begun = begun or await asked(server)
    credential = authenticator.sign(begun["options"], **lies)
    return {"challenge_id": begun["challenge_id"], "credential": credential}


async def log_in(
    server: RunningServer,
    authenticator: Authenticator,
    begun: dict[str, Any] | None = None,
    **lies: Any,
) -> httpx2.Response:
    """Log in without a password."""
    body = await signed(server, authenticator, begun, **lies)
    return await server.http.post(
        "/auth/login/passkey", json=body, headers={"Accept-Language": "en"}
    )
