"""Passwords. Pure functions."""

import base64
import hashlib
import secrets
import unicodedata

import bcrypt


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
