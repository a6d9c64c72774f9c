"""Codes that stand once for the second factor, for who has lost it."""

import base64
import hashlib
import re
import secrets

from sqlalchemy import Connection, delete, func, insert, select

from app.database import table_of
from app.models import RecoveryCode

CODES = 10
CODE_BYTES = 15
"""120 bits: so many need no slow hash (OWASP ASVS 6.5.2 asks for 112)."""
GROUP = 6

_code = table_of(RecoveryCode)


def new_codes() -> list[str]:
    """Ten codes, as people write them down: four groups of small letters and digits."""
    return [_grouped(secrets.token_bytes(CODE_BYTES)) for _ in range(CODES)]


def _grouped(random: bytes) -> str:
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def _hash(code: str) -> bytes:
    """The stored form; blanks, dashes and capitals do not count, and 0 and 1 are o and l."""
    plain = re.sub(r"[\s-]", "", code).lower().replace("0", "o").replace("1", "l")
    return hashlib.sha256(plain.encode()).digest()


def replace_codes(connection: Connection, user_id: int, codes: list[str]) -> None:
    """Only these codes are good from now on."""
    forget_codes(connection, user_id)
    rows = [{"hash": _hash(code), "user_id": user_id} for code in codes]
    connection.execute(insert(_code), rows)


def forget_codes(connection: Connection, user_id: int) -> None:
    """No code of a user's is good any more."""
    connection.execute(delete(_code).where(_code.c.user_id == user_id))


def count_codes(connection: Connection, user_id: int) -> int:
    """How many codes a user has left."""
    mine = select(func.count()).select_from(_code).where(_code.c.user_id == user_id)
    return int(connection.execute(mine).scalar_one())


def take_recovery_code(connection: Connection, user_id: int, code: str) -> bool:
    """Whether this is a code of the user's; it was, then: of many at once one deletes it."""
    this = (_code.c.hash == _hash(code), _code.c.user_id == user_id)
    return connection.execute(delete(_code).where(*this)).rowcount == 1
