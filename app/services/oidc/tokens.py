"""Signed tokens of providers: who may have signed them, and whom and when they are for. Pure
functions; OidcRefused for everything that is not to be believed (RFC 8725)."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import jwt
import orjson
from jwt.algorithms import get_default_algorithms

from app.services.oidc.refusal import invalid

SKEW_SECONDS = 60
TOKEN_CHARACTERS = 32 * 1024
KEYS_MOST = 100
RSA_BITS = 2048
KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
PUBLIC = ("kty", "crv", "x", "y", "n", "e")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS = 300
"""How old a logout token may be; for so long it is remembered that it was used."""
_SIGNATURES = jwt.PyJWS()


class KeyMissing(Exception):
    """None of the keys that are known has signed a token. `reason`: none has its name (`key`), or
    none fits its signature."""

    def __init__(self, reason: Literal["key", "signature"]) -> None:
        super().__init__(reason)
        self.reason = reason


def read_signed(token: object, keys: Sequence[Any], algorithms: Sequence[str]) -> dict[str, Any]:
    """What a token says, signed by one of these keys with one of these algorithms. Raises
    KeyMissing where it may be signed by one that is not among them."""
    if not isinstance(token, str) or not token.isascii() or len(token) > TOKEN_CHARACTERS:
        raise invalid("token_missing")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, ValueError) as error:
        raise invalid("token_malformed") from error
    algorithm = header.get("alg")
    if algorithm not in algorithms or algorithm not in KEY_TYPES:
        raise invalid("algorithm")
    if "crit" in header or "b64" in header:
        raise invalid("header")
    candidates = _fitting(keys, str(algorithm), header.get("kid"))
    if not candidates:
        raise KeyMissing("key")
    for key in candidates[:KEYS_MOST]:
        payload = _payload(token, key, str(algorithm))
        if payload is not None:
            return _claims(payload)
    raise KeyMissing("signature")


def _fitting(keys: Sequence[Any], algorithm: str, kid: object) -> list[dict[str, Any]]:
    """The keys that may have signed: of the right type, for signatures, and of the name, if any."""
    return [
        key
        for key in keys[:KEYS_MOST]
        if isinstance(key, dict)
        and key.get("kty") == KEY_TYPES[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]


def _payload(token: str, key: dict[str, Any], algorithm: str) -> bytes | None:
    public = {name: key[name] for name in PUBLIC if name in key}
    try:
        loaded: Any = get_default_algorithms()[algorithm].from_jwk(public)
        if getattr(loaded, "key_size", RSA_BITS) < RSA_BITS and KEY_TYPES[algorithm] == "RSA":
            return None
        payload: bytes = _SIGNATURES.decode(token, key=loaded, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return payload


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise invalid("token_malformed") from error
    if not isinstance(claims, dict):
        raise invalid("token_malformed")
    return claims


def check_id_token(
    claims: dict[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> None:
    """Whether an ID token is the answer to this login (OpenID Connect Core 1.0, 3.1.3.7)."""
    _check_common(claims, issuer, client_id, now)
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(
        claims["nonce"].encode(), nonce.encode()
    ):
        raise invalid("nonce")
    if _time(claims, "exp") <= now.timestamp() - SKEW_SECONDS:
        raise invalid("expired")
    if "nbf" in claims and _time(claims, "nbf") > now.timestamp() + SKEW_SECONDS:
        raise invalid("not_yet_valid")
    subject_of(claims)


def check_logout_token(
    claims: dict[str, Any], *, issuer: str, client_id: str, now: datetime
) -> None:
    """Whether a logout token is one (OpenID Connect Back-Channel Logout 1.0, 2.6)."""
    _check_common(claims, issuer, client_id, now)
    if _time(claims, "iat") < now.timestamp() - LOGOUT_SECONDS:
        raise invalid("expired")
    if "exp" in claims and _time(claims, "exp") <= now.timestamp() - SKEW_SECONDS:
        raise invalid("expired")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise invalid("events")
    if "nonce" in claims:
        raise invalid("nonce")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise invalid("jti")
    if claims.get("sub") is None and claims.get("sid") is None:
        raise invalid("subject")


def _check_common(claims: dict[str, Any], issuer: str, client_id: str, now: datetime) -> None:
    if claims.get("iss") != issuer:
        raise invalid("issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise invalid("audience")
    # Another party is named: only where the token was made for this one (`azp`).
    if claims.get("azp", client_id if len(audiences) == 1 else None) != client_id:
        raise invalid("authorized_party")
    if _time(claims, "iat") > now.timestamp() + SKEW_SECONDS:
        raise invalid("not_yet_valid")


def subject_of(claims: dict[str, Any]) -> str:
    """Who it is at the provider (Core 1.0, section 2)."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isascii():
        raise invalid("subject")
    return subject


def identity_key(issuer: str, subject: str) -> bytes:
    """What an identity is known by: of both together, whatever either holds."""
    return hashlib.sha256(orjson.dumps([issuer, subject])).digest()


def sid_hash(issuer: str, claims: dict[str, Any]) -> bytes | None:
    """The session at the provider, where a token names one."""
    sid = claims.get("sid")
    return identity_key(issuer, sid) if isinstance(sid, str) and sid else None


def authenticated_at(claims: dict[str, Any]) -> datetime | None:
    """When somebody last showed the provider who they are; None where it does not say."""
    if "auth_time" not in claims:
        return None
    return datetime.fromtimestamp(_time(claims, "auth_time"), UTC)


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
        raise invalid(f"time_{name}")
    return float(value)
