"""A provider of logins that does what a test tells it to, on a port of this machine."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.server import Server

CLIENT_ID = "chat"
SECRET = "a client's secret"

KEYS: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
KEYS["PS256"] = KEYS["RS256"]


def public_key(algorithm: str, renewed: str) -> dict[str, Any]:
    """A key as the provider publishes it."""
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(KEYS[algorithm].public_key())
    key: dict[str, Any] = json.loads(made)
    return key | {"kid": algorithm + renewed, "use": "sig", "alg": algorithm}


def signed(claims: dict[str, Any], algorithm: str = "RS256", key: Any = None, **header: Any) -> str:
    """A token of the provider's, or by another `key`; `none` and HS256 sign as somebody does who
    has no key. `kid`: None for none."""
    if algorithm == "none":
        return jwt.encode(claims, "", algorithm="none", headers={"kid": "RS256"})
    if algorithm == "HS256":
        pem = (
            KEYS["RS256"]
            .public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        return _hmac_signed(claims, pem)
    header = {"kid": algorithm} | header
    header = {name: value for name, value in header.items() if value is not None}
    return jwt.encode(claims, key or KEYS[algorithm], algorithm=algorithm, headers=header)


def _hmac_signed(claims: dict[str, Any], secret: bytes) -> str:
    """PyJWT refuses to sign with a public key, as whoever attacks does not."""

    def part(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    head = json.dumps({"alg": "HS256", "typ": "JWT", "kid": "RS256"}).encode()
    text = part(head) + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.digest(secret, text, hashlib.sha256))).decode()


@dataclass
class HostileProvider:
    """`claims`, `header` and `algorithm` change the next ID tokens, `document` the metadata;
    `mood`: how its endpoints behave; `renewed`: what stands behind the names of its keys, if they
    are `named`; `signs_with`: a key that is not its."""

    port: int
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    mood: str = "fine"
    renewed: str = ""
    named: bool = True
    signs_with: Any = None
    keys_read: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def be_good(self) -> None:
        """Do as one should again."""
        self.claims, self.header, self.document = {}, {}, {}
        self.algorithm, self.mood = "RS256", "fine"
        self.named, self.signs_with = True, None

    def agree(self, address: str, **person: Any) -> dict[str, str]:
        """Somebody logs in there, sent to this address: what they come back with."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256", asked
        code = secrets.token_urlsafe()
        self.codes[code] = asked | {"person": json.dumps(person)}
        return {"state": asked["state"], "code": code, "iss": self.issuer}

    async def metadata(self, request: Request) -> Response:
        if self.mood == "silent":
            await asyncio.sleep(3600)
        endpoints = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": [*KEYS, "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(endpoints | self.document)

    async def keys(self, request: Request) -> Response:
        self.keys_read += 1
        keys = [public_key(algorithm, self.renewed) for algorithm in KEYS]
        if not self.named:
            keys = [{name: key[name] for name in key if name != "kid"} for key in keys]
        return JSONResponse({"keys": keys})

    async def token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        if self.mood == "slow":
            await asyncio.sleep(3600)
        if self.mood == "endless":
            return StreamingResponse(_endless(request), media_type="application/json")
        if self.mood == "failing":
            return Response(status_code=500)
        asked = self.codes.pop(form["code"][0], None)
        if asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "somebody",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            **json.loads(asked["person"]),
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        kid = {"kid": self.algorithm + self.renewed} if self.named else {"kid": None}
        token = signed(claims, self.algorithm, self.signs_with, **kid | self.header)
        return JSONResponse({"access_token": "access", "token_type": "Bearer", "id_token": token})


async def _endless(request: Request) -> AsyncIterator[bytes]:
    while not await request.is_disconnected():
        yield b" " * 65536


@asynccontextmanager
async def hostile_provider() -> AsyncIterator[HostileProvider]:
    """Run one on a free port."""
    provider = HostileProvider(0)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.metadata),
            Route("/keys", provider.keys),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    server = Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - it has no event for that
            await asyncio.sleep(0.005)
        provider.port = server.servers[0].sockets[0].getsockname()[1]
        yield provider
    finally:
        server.should_exit = True
        await serving
