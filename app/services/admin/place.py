"""Where a page of a list begins: behind the key of the last row of the page before."""

import base64
import binascii

from app.errors import InvalidInput


def place_of(key: bytes) -> str:
    """The cursor that names a key."""
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def key_of(cursor: str | None) -> bytes | None:
    """The key that a cursor names; InvalidInput for what is none."""
    if cursor is None:
        return None
    try:
        key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except binascii.Error as error:
        raise InvalidInput(where="cursor") from error
    if place_of(key) != cursor:
        raise InvalidInput(where="cursor")
    return key
