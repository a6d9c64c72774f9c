"""Signed tokens (JWT) and opaque ones. Pure functions; keys are passed in."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import jwt

from app.errors import InvalidToken

ACCESS = "access"
TicketUse = Literal["ws-ticket", "export-ticket"]
"""What a ticket is good for, once: a socket, or an export."""
SOCKET: TicketUse = "ws-ticket"
EXPORT: TicketUse = "export-ticket"
REQUIRED = ["exp", "iat", "sub", "sid", "jti", "type"]
OPAQUE_BYTES = 32
TOKENS_KEPT = 1_000
SKEW_SECONDS = 60
"""Allowed clock skew between machines (RFC 7519 section 4.1.5)."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a valid token names, in which session, and until when (seconds since 1970).

    `ticket` is the id of a ticket; `expires_at` is then that of the token it was made for.
    `wants_factor`: no token says so; the account must have a second factor for what is asked.
    """

    user_id: int
    session_id: int
    expires_at: int
    ticket: str | None = None
    wants_factor: bool = False


def create_access_token(secret: str, user_id: int, session_id: int, lifetime_seconds: int) -> str:
    """A signed token that names the user and the session for `lifetime_seconds`."""
    return _signed(secret, user_id, session_id, lifetime_seconds, {"type": ACCESS})


def create_ticket(
    secret: str, claims: Claims, lifetime_seconds: int, use: TicketUse = SOCKET
) -> str:
    """A signed ticket for one use by the owner of these claims. A socket may stay open for as long
    as they are good."""
    own = {"type": use, "until": claims.expires_at}
    return _signed(secret, claims.user_id, claims.session_id, lifetime_seconds, own)


def read_access_token(secret: str, token: str) -> Claims:
    """The claims of a valid access token; InvalidToken for anything else (RFC 8725)."""
    claims = _verified(secret, token)
    if claims["type"] != ACCESS:
        raise InvalidToken
    return Claims(int(claims["sub"]), int(claims["sid"]), claims["exp"])


def read_socket_token(secret: str, token: str) -> Claims:
    """The claims of an access token or of a socket's ticket; InvalidToken for anything else."""
    if _verified(secret, token)["type"] == SOCKET:
        return read_ticket(secret, token, SOCKET)
    return read_access_token(secret, token)


def read_ticket(secret: str, ticket: str, use: TicketUse) -> Claims:
    """The claims of a ticket for this use; InvalidToken for anything else."""
    claims = _verified(secret, ticket)
    if claims["type"] != use:
        raise InvalidToken
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
    claims = _signed_claims(secret, token)
    now = time.time()
    if claims["exp"] <= now or claims.get("nbf", 0) > now + SKEW_SECONDS:
        raise InvalidToken
    return claims


@lru_cache(TOKENS_KEPT)
def _signed_claims(secret: str, token: str) -> dict[str, Any]:
    """What a token of ours says, whatever the time is. Read only, as it is kept: a client sends
    the same token with every request. What is not ours raises, and so is not kept."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            # `iat` is by another server's clock, or by one that was set back; `exp` and `nbf` are
            # compared with the time of each use.
            options={
                "require": REQUIRED,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise InvalidToken from error
    times = claims["exp"], claims.get("nbf", 0)
    if not all(type(time) is int for time in times):
        raise InvalidToken
    if not _is_id(claims["sub"]) or not _is_id(claims["sid"]):
        raise InvalidToken
    return claims


def _is_id(subject: object) -> bool:
    return (
        isinstance(subject, str) and subject.isascii() and subject.isdigit() and len(subject) < 19
    )


KEY_MARK = "cbk_"
"""What every key of a program begins with, so that it is known for one where it should not be."""


def opaque_token() -> str:
    """A new secret of 256 bits, in characters that a URL and a cookie may hold."""
    return secrets.token_urlsafe(OPAQUE_BYTES)


def next_token(token: str, salt: bytes) -> str:
    """The successor of a secret; neither the secret nor the salt alone leads to it."""
    return hmac.new(salt, token.encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> bytes:
    """The stored form of a secret: plain SHA-256, as 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()
