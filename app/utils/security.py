"""Passwords and tokens. Pure functions; keys are passed in."""

import base64
import hashlib
import secrets
import time
import unicodedata
from dataclasses import dataclass

import bcrypt
import jwt

from app.errors import InvalidToken

ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a valid token names, and until when (seconds since 1970)."""

    user_id: int
    expires_at: int


def hash_password(password: str, rounds: int) -> str:
    """A bcrypt hash of the whole password; takes ~200 ms of CPU at 12 rounds."""
    return bcrypt.hashpw(_digest(password), bcrypt.gensalt(rounds)).decode()


def verify_password(password: str, password_hash: str) -> bool:
    """Whether the password is the one that was hashed; takes as long as hashing."""
    return bcrypt.checkpw(_digest(password), password_hash.encode())


def unmatched_hash(rounds: int) -> str:
    """A hash that no password has, for users who do not exist: checking it takes as long."""
    return bcrypt.gensalt(rounds).decode() + secrets.token_hex(16)[:31]


def _digest(password: str) -> bytes:
    # bcrypt reads 72 bytes and stops at a NUL: it gets base64 of a digest, so that every
    # character counts. NFKC: one password typed on two keyboards (NIST SP 800-63B §3.1.1.2).
    normalised = unicodedata.normalize("NFKC", password).encode()
    return base64.b64encode(hashlib.sha384(normalised).digest())


def create_access_token(secret: str, user_id: int, lifetime_seconds: int) -> str:
    """A signed token that names the user for `lifetime_seconds`."""
    now = int(time.time())
    claims = {
        "sub": str(user_id),
        "iat": now,
        "exp": now + lifetime_seconds,
        "jti": secrets.token_urlsafe(16),
        "type": ACCESS,
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def read_access_token(secret: str, token: str) -> Claims:
    """The claims of a valid access token; InvalidToken for anything else (RFC 8725)."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={"require": ["exp", "iat", "sub", "jti", "type"]},
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise InvalidToken from error
    subject, expires_at = claims["sub"], claims["exp"]
    if claims["type"] != ACCESS or type(expires_at) is not int or not _is_id(subject):
        raise InvalidToken
    return Claims(int(subject), expires_at)


def _is_id(subject: object) -> bool:
    return (
        isinstance(subject, str) and subject.isascii() and subject.isdigit() and len(subject) < 19
    )
