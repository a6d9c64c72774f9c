"""One provider: its metadata and keys as they were read last, and what is asked of it."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from app.oidc_settings import OidcProvider
from app.services.oidc.fetch import ProviderClient
from app.services.oidc.metadata import Metadata, address_of, read_metadata
from app.services.oidc.refusal import OidcRefused, invalid, unavailable
from app.services.oidc.tokens import KeyMissing, read_signed

KEPT_SECONDS = 3600
"""How long metadata and keys are taken for what they were."""
REST_SECONDS = 10
"""How soon keys are read again for a token that anybody may have sent."""
SECRET_BYTES = 32
PERSONAL = ("email", "email_verified")


@dataclass(frozen=True, slots=True)
class Sent:
    """The secrets that somebody goes to a provider with. `state` comes back through their browser,
    `nonce` in the token, and `verifier` shows that it was us who asked (PKCE, RFC 7636)."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Sent":
        """New ones, of 256 bits each."""
        return cls(*(secrets.token_urlsafe(SECRET_BYTES) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """What the provider is shown of the verifier: S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Provider:
    """A provider of one process. Whatever fails is an OidcRefused."""

    def __init__(
        self, slug: str, rules: OidcProvider, client: ProviderClient, redirect_uri: str
    ) -> None:
        self.slug = slug
        self.rules = rules
        self.label = rules.label or slug.replace("-", " ").title()
        self.redirect_uri = redirect_uri
        self._client = client
        self._lock = asyncio.Lock()
        self._failed: tuple[float, OidcRefused] | None = None
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, list[Any]] | None = None

    async def metadata(self) -> Metadata:
        """What it says of itself, as of the last hour."""
        if _is_old(self._metadata, KEPT_SECONDS):
            async with self._asking():
                if _is_old(self._metadata, KEPT_SECONDS):
                    document = await self._client.get(address_of(self.rules.issuer))
                    self._metadata = time.monotonic(), read_metadata(document, self.rules.issuer)
        assert self._metadata is not None
        return self._metadata[1]

    async def check(self) -> None:
        """See that it can be asked, and signs in a way that is taken."""
        if not (await self.metadata()).algorithms:
            raise invalid("no_algorithm")
        await self._known_keys(KEPT_SECONDS)

    async def address(self, sent: Sent, max_age: int) -> str:
        """Where to send somebody, who is to have shown there who they are within `max_age` seconds;
        0: they are to do it now."""
        metadata = await self.metadata()
        scopes = ["openid", "email", "profile"]
        if self.rules.groups_claim and metadata.has_groups_scope:
            scopes.append("groups")
        query = {
            "response_type": "code",
            "client_id": self.rules.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(scopes),
            "state": sent.state,
            "nonce": sent.nonce,
            "code_challenge": sent.challenge,
            "code_challenge_method": "S256",
            "max_age": str(max_age),
        }
        if max_age == 0:
            query["prompt"] = "login"
        if metadata.takes_claims:
            wanted = {"id_token": {"auth_time": {"essential": True}}}
            query["claims"] = orjson.dumps(wanted).decode()
        endpoint = metadata.authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def check_source(self, issuer: str | None) -> None:
        """Refuse an answer of another provider: two of them might be mixed up (RFC 9207)."""
        if issuer is None:
            if (await self.metadata()).names_itself:
                raise invalid("issuer_missing")
        elif issuer != self.rules.issuer:
            raise invalid("mix_up")

    async def redeem(self, code: str, verifier: str) -> tuple[dict[str, Any], str | None]:
        """What its ID token for a code says, and its access token. What the claims mean is for the
        caller to judge."""
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        secret = self.rules.client_secret.get_secret_value()
        credentials = None
        if not secret or metadata.client_auth == "client_secret_post":
            form["client_id"] = self.rules.client_id
            if secret:
                form["client_secret"] = secret
        else:
            credentials = self.rules.client_id, secret
        status, answer = await self._client.post(metadata.token_endpoint, form, credentials)
        if status == 401:
            raise unavailable("client_refused")
        if status != 200:
            raise invalid("code_refused")
        access = answer.get("access_token")
        claims = await self.read(answer.get("id_token"))
        return claims, access if isinstance(access, str) else None

    async def completed(self, claims: dict[str, Any], access: str | None) -> dict[str, Any]:
        """The claims of an ID token, with what only its UserInfo endpoint tells (Core 1.0, 5.3)."""
        endpoint = (await self.metadata()).userinfo_endpoint
        wanted = {"email", "preferred_username", self.rules.groups_claim} - {""}
        if endpoint is None or access is None or wanted <= claims.keys():
            return claims
        told = await self._client.get(endpoint, access)
        if told.get("sub") != claims["sub"]:
            raise invalid("userinfo_of_another")
        if "email" in claims:  # whether it is verified is said of this one alone
            told = {name: value for name, value in told.items() if name not in PERSONAL}
        return told | claims

    async def read(self, token: object, *, eager: bool = True) -> dict[str, Any]:
        """What a token says that it has signed. Its keys are read again, once, where it may be
        signed by one that is not known; not `eager`: no more often than every few seconds."""
        algorithms = (await self.metadata()).algorithms
        read_at, keys = await self._known_keys(KEPT_SECONDS)
        try:
            return read_signed(token, keys, algorithms)
        except KeyMissing as missing:
            rest = 0 if eager else REST_SECONDS
            if _age(read_at) < rest:
                raise invalid(missing.reason) from None
        _, keys = await self._known_keys(rest)
        try:
            return read_signed(token, keys, algorithms)
        except KeyMissing as missing:
            raise invalid(missing.reason) from None

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Ask alone. Who waited while that failed has the same failure: a silent provider would
        hold them up one after the other, each for as long as an answer may take."""
        began = time.monotonic()
        async with self._lock:
            if self._failed is not None and self._failed[0] >= began:
                raise OidcRefused(self._failed[1].problem, self._failed[1].reason)
            try:
                yield
            except OidcRefused as error:
                self._failed = time.monotonic(), error
                raise

    async def _known_keys(self, kept_seconds: float) -> tuple[float, list[Any]]:
        if _is_old(self._keys, kept_seconds):
            metadata = await self.metadata()
            async with self._asking():
                if _is_old(self._keys, kept_seconds):
                    keys = (await self._client.get(metadata.jwks_uri)).get("keys")
                    if not isinstance(keys, list):
                        raise invalid("keys")
                    self._keys = time.monotonic(), keys
        assert self._keys is not None
        return self._keys


def _is_old(known: tuple[float, Any] | None, kept_seconds: float) -> bool:
    return known is None or _age(known[0]) >= kept_seconds


def _age(at: float) -> float:
    return time.monotonic() - at
