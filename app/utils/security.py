"""Passwords. Pure functions."""

import base64
import hashlib
import re
import secrets
import unicodedata

from bcrypt import checkpw, gensalt, hashpw

_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
"""Only with rounds that `BCRYPT_ROUNDS` allows; the last character of a salt holds two bits."""


FACTOR_MARK = "2fa:"
"""Before the hash of an account that has a second factor. A release that knows of none takes it
for no hash, and so lets nobody in by the password alone."""


NO_PASSWORD = "!"
"""In the place of the hash of an account that has no password: nothing that is hashed looks like
it, so that every release refuses whatever is given for one."""


def has_password(stored: str) -> bool:
    """Whether a stored hash is an account's that has a password."""
    return bare_hash(stored) != NO_PASSWORD


def with_mark(stored: str) -> str:
    """A stored hash as it is where the account has a second factor."""
    return FACTOR_MARK + bare_hash(stored)


def bare_hash(stored: str) -> str:
    """A stored hash without the mark."""
    return stored.removeprefix(FACTOR_MARK)


def is_hash(text: str) -> bool:
    """Whether a text is a bcrypt hash as `hash_password` makes them: it can be checked against."""
    return _HASH.fullmatch(text) is not None


def hash_password(password: str, rounds: int) -> str:
    """A bcrypt hash of the whole password; takes ~200 ms of CPU at 12 rounds."""
    return hashpw(_digest(password), gensalt(rounds)).decode()


def verify_password(password: str, password_hash: str, rounds: int) -> bool:
    """Whether the password is the one that was hashed.

    A wrong one takes as long as at `rounds`, where the hash was made with fewer: otherwise the time
    would tell who has an old hash.
    """
    digest = _digest(password)
    if checkpw(digest, password_hash.encode()):
        return True
    # Each round doubles the work: 2^8 = 2^5 + (2^5 + 2^6 + 2^7).
    for missing in range(rounds_of(password_hash), rounds):
        checkpw(digest, unmatched_hash(missing).encode())
    return False


def rounds_of(password_hash: str) -> int:
    """How many rounds a hash was made with."""
    return int(password_hash.split("$")[2])


def unmatched_hash(rounds: int) -> str:
    """A hash that no password has, for unknown users: checking it takes as long."""
    return gensalt(rounds).decode() + secrets.token_hex(16)[:31]


def _digest(password: str) -> bytes:
    # bcrypt reads 72 bytes and stops at a NUL: it gets base64 of a digest, so that every
    # character counts. NFKC: one password typed on two keyboards (NIST SP 800-63B §3.1.1.2).
    normalised = unicodedata.normalize("NFKC", password).encode()
    return base64.b64encode(hashlib.sha384(normalised).digest())
