"""Signed tokens (JWT) and opaque ones. Pure functions; keys are passed in."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

import jwt

from app.errors import InvalidToken

ACCESS = "access"
TICKET = "ws-ticket"
REQUIRED = ["exp", "iat", "sub", "sid", "jti", "type"]
OPAQUE_BYTES = 32
SKEW_SECONDS = 60
"""Allowed clock skew between machines (RFC 7519 section 4.1.5)."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a valid token names, in which session, and until when (seconds since 1970).

    `ticket` is the id of a ticket for one socket; `expires_at` is then the end of the socket.
    """

    user_id: int
    session_id: int
    expires_at: int
    ticket: str | None = None


def create_access_token(secret: str, user_id: int, session_id: int, lifetime_seconds: int) -> str:
    """A signed token that names the user and the session for `lifetime_seconds`."""
    return _signed(secret, user_id, session_id, lifetime_seconds, {"type": ACCESS})


def create_ticket(secret: str, claims: Claims, lifetime_seconds: int) -> str:
    """A signed ticket for one socket, which may stay open as long as these claims are good."""
    own = {"type": TICKET, "until": claims.expires_at}
    return _signed(secret, claims.user_id, claims.session_id, lifetime_seconds, own)


def read_access_token(secret: str, token: str) -> Claims:
    """The claims of a valid access token; InvalidToken for anything else (RFC 8725)."""
    claims = _verified(secret, token)
    if claims["type"] != ACCESS:
        raise InvalidToken
    return Claims(int(claims["sub"]), int(claims["sid"]), claims["exp"])


def read_socket_token(secret: str, token: str) -> Claims:
    """The claims of an access token or of a ticket; InvalidToken for anything else."""
    claims = _verified(secret, token)
    if claims["type"] != TICKET:
        return read_access_token(secret, token)
    return Claims(int(claims["sub"]), int(claims["sid"]), claims["until"], claims["jti"])


def _signed(
    secret: str, user_id: int, session_id: int, lifetime_seconds: int, own: dict[str, Any]
) -> str:
    now = int(time.time())
    claims = {
        "sub": str(user_id),
        "sid": str(session_id),
        "iat": now,
        "exp": now + lifetime_seconds,
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode(claims | own, secret, algorithm="HS256")


def _verified(secret: str, token: str) -> dict[str, Any]:
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            # `iat` is by another server's clock, or by one that was set back.
            options={"require": REQUIRED, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise InvalidToken from error
    begins = claims.get("nbf", 0)
    if type(begins) is not int or begins > time.time() + SKEW_SECONDS:
        raise InvalidToken
    if type(claims["exp"]) is not int or not _is_id(claims["sub"]) or not _is_id(claims["sid"]):
        raise InvalidToken
    return claims


def _is_id(subject: object) -> bool:
    return (
        isinstance(subject, str) and subject.isascii() and subject.isdigit() and len(subject) < 19
    )


def opaque_token() -> str:
    """A new secret of 256 bits, in characters that a URL and a cookie may hold."""
    return secrets.token_urlsafe(OPAQUE_BYTES)


def next_token(token: str, salt: bytes) -> str:
    """The successor of a secret; neither the secret nor the salt alone leads to it."""
    return hmac.new(salt, token.encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> bytes:
    """The stored form of a secret: plain SHA-256, as 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()
