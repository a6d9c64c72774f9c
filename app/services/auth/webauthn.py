"""What authenticators are asked to make and to sign, and whether they have (Web Authentication
Level 3). No I/O.

Attestations are not looked at: whoever makes an authenticator, its owner has chosen it.
"""

import hashlib
import ipaddress
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.errors import PasskeyRefused
from app.models.passkey import CREDENTIAL_BYTES, KEY_BYTES
from app.schemas.passkey import AuthenticationCredential, RegistrationCredential

TIMEOUT_MS = 5 * 60 * 1000
ES256, EDDSA, RS256 = -7, -8, -257
ALGORITHMS = (ES256, EDDSA, RS256)
LOCAL = "localhost"
_LOCAL_ORIGIN = re.compile(r"https?://localhost(:[0-9]{1,5})?")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: the domain that they are bound to, and the origin of its pages; None
    on this machine, where development has several."""

    domain: str
    origin: str | None

    def has(self, origin: object) -> bool:
        """Whether a page of this origin may use them."""
        if not isinstance(origin, str):
            return False
        if self.origin is None:
            return _LOCAL_ORIGIN.fullmatch(origin) is not None
        return origin == self.origin


def site_of(public_url: str, host: str | None) -> Site | None:
    """The site of a server with this address, which was called as `host`; None where browsers let
    nobody use passkeys: without https, or by a number."""
    if not public_url:
        return Site(LOCAL, None) if host == LOCAL else None
    parts = urlsplit(public_url)
    name = parts.hostname or ""
    if name == LOCAL:
        return Site(LOCAL, None)
    if parts.scheme != "https" or not name or _is_number(name):
        return None
    name = name.encode("idna").decode()
    port = "" if parts.port in (None, _PORTS["https"]) else f":{parts.port}"
    return Site(name, f"https://{name}{port}")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Known:
    """A credential by which somebody is known: its id, and how to reach its authenticator."""

    credential_id: bytes
    transports: str

    def described(self) -> dict[str, Any]:
        """As browsers take it."""
        described = {"type": "public-key", "id": encoded(self.credential_id)}
        return described | ({"transports": self.transports.split()} if self.transports else {})


def creation_options(
    site: Site, challenge: str, handle: bytes, username: str, shown: str, known: list[Known]
) -> dict[str, Any]:
    """What a browser makes a credential by, which it finds again without being told a name, and for
    which its owner unlocks the authenticator. `known`: theirs already."""
    return {
        "rp": {"id": site.domain, "name": site.domain},
        "user": {"id": encoded(handle), "name": username, "displayName": shown},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in ALGORITHMS],
        "timeout": TIMEOUT_MS,
        "excludeCredentials": [each.described() for each in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(
    site: Site, challenge: str, allowed: list[Known], *, verified: bool
) -> dict[str, Any]:
    """What a browser has signed by one of these credentials, or by any of the site's. `verified`:
    the owner has to unlock the authenticator."""
    return {
        "rpId": site.domain,
        "challenge": challenge,
        "timeout": TIMEOUT_MS,
        "allowCredentials": [each.described() for each in allowed],
        "userVerification": "required" if verified else "preferred",
    }


@dataclass(frozen=True, slots=True)
class Made:
    """A credential that was made."""

    credential_id: bytes
    public_key: bytes
    counter: int
    synced: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What an authenticator has signed."""

    counter: int
    synced: bool


def load() -> None:
    """Load what checks them, which reads files: not in the event loop."""
    import fido2.webauthn  # noqa: F401, PLC0415 - wanted rarely, and large


def made(site: Site, challenge: str, given: RegistrationCredential) -> Made:
    """The credential that a browser has made for this challenge; PasskeyRefused."""
    from fido2 import cbor, webauthn  # noqa: PLC0415 - wanted rarely, and large

    with _readable():
        response = given.response
        client = _client_data(site, challenge, "webauthn.create", response.clientDataJSON)
        del client
        data = webauthn.AttestationObject(decoded(response.attestationObject)).auth_data
        _check_data(site, data, verified=True)
        credential = data.credential_data
        if credential is None or not 0 < len(credential.credential_id) <= CREDENTIAL_BYTES:
            raise PasskeyRefused("malformed")
        if not credential.credential_id == decoded(given.rawId) == decoded(given.id):
            raise PasskeyRefused("malformed")
        key = cbor.encode(credential.public_key)
        if credential.public_key.ALGORITHM not in ALGORITHMS or len(key) > KEY_BYTES:
            raise PasskeyRefused("algorithm")
        _check_key(credential.public_key)
        return Made(credential.credential_id, key, data.counter, data.is_backed_up())


def signed(
    site: Site,
    challenge: str,
    given: AuthenticationCredential,
    public_key: bytes,
    handle: bytes | None,
    *,
    verified: bool,
) -> Proof:
    """What was signed with this key's other half, for this challenge; PasskeyRefused. `handle`:
    whose the authenticator has to say it is, where it says so."""
    from fido2 import cbor, cose, webauthn  # noqa: PLC0415 - wanted rarely, and large

    with _readable():
        response = given.response
        client = _client_data(site, challenge, "webauthn.get", response.clientDataJSON)
        raw = decoded(response.authenticatorData)
        data = webauthn.AuthenticatorData(raw)
        _check_data(site, data, verified=verified)
        if decoded(given.rawId) != decoded(given.id):
            raise PasskeyRefused("malformed")
        key = cose.CoseKey.parse(cbor.decode(public_key))  # type: ignore[arg-type]
        _verify(key, raw + hashlib.sha256(client).digest(), decoded(response.signature))
        if response.userHandle and decoded(response.userHandle) != handle:
            raise PasskeyRefused("unknown")
        return Proof(data.counter, data.is_backed_up())


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever a stranger has written, and the library stumbles over, is refused."""
    try:
        yield
    except PasskeyRefused:
        raise
    except Exception as error:
        raise PasskeyRefused("malformed") from error


def _client_data(site: Site, challenge: str, kind: str, given: str) -> bytes:
    from fido2 import webauthn  # noqa: PLC0415 - wanted rarely, and large

    client = webauthn.CollectedClientData(decoded(given))
    if client.type != kind or client.cross_origin is not False:
        raise PasskeyRefused("malformed")
    if encoded(client.challenge) != challenge:
        raise PasskeyRefused("challenge")
    if not site.has(client.origin):
        raise PasskeyRefused("origin")
    return bytes(client)


def _check_data(site: Site, data: Any, *, verified: bool) -> None:
    if data.rp_id_hash != hashlib.sha256(site.domain.encode()).digest():
        raise PasskeyRefused("origin")
    if not data.is_user_present() or (verified and not data.is_user_verified()):
        raise PasskeyRefused("verification")


def _check_key(key: Any) -> None:
    """Raise what the library does for a key that is none: else nothing can be signed with it."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - with the library

    try:
        key.verify(b"", b"")
    except InvalidSignature:
        pass


def _verify(key: Any, message: bytes, signature: bytes) -> None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - with the library

    try:
        key.verify(message, signature)
    except InvalidSignature as error:
        raise PasskeyRefused("signature") from error


def encoded(value: bytes) -> str:
    """Bytes as Web Authentication spells them: base64url, without padding."""
    return urlsafe_b64encode(value).decode().rstrip("=")


def decoded(value: str) -> bytes:
    """The bytes; ValueError where it is no such spelling."""
    return urlsafe_b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4))


NOBODYS_KEY = bytes.fromhex(
    "a5010203262001215820"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "225820"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""A key that nobody has signed with, for credentials that are not known: checking takes as long."""
