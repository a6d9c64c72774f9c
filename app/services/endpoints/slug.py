"""Slugs of connections: made from their labels, unique for each user, and never changed."""

import re
import unicodedata

from sqlalchemy import Connection, select

from app.database import table_of
from app.models import ModelConnection

SLUG_CHARACTERS = 32
DEFAULT = "default"
"""That of the connection which `PUT /auth/config` saves."""
ENVIRONMENT = "environment"
SHARED_MARK = "@"
_TAKEN = {DEFAULT, ENVIRONMENT}

_connection = table_of(ModelConnection)


def slug_key(owner: int, slug: str) -> bytes:
    """What is unique of a slug: whose it is (0: the operator's), and the slug."""
    return f"{owner}/{slug}".encode()


def program_slug(slug: str, is_shared: bool) -> str:
    """How programs name a connection, so that one's own and the operator's are told apart."""
    return f"{SHARED_MARK}{slug}" if is_shared else slug


def key_of_deleted(id: int) -> bytes:
    """The key of a deleted connection, whose slug may be used again."""
    return f"deleted/{id}".encode()


def slug_of(text: str) -> str:
    """A text in lower-case ASCII letters, digits and hyphens; empty where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_CHARACTERS].strip("-")


def free_slug(connection: Connection, owner: int, label: str, host: str) -> str:
    """A slug that the owner has not used yet. Whoever asks holds the owner's row."""
    first = slug_of(label) or slug_of(host) or "models"
    mine = _connection.c.user_id == owner if owner else _connection.c.user_id.is_(None)
    used = set(connection.execute(select(_connection.c.slug).where(mine)).scalars()) | _TAKEN
    slug, number = first, 1
    while slug in used:
        number += 1
        slug = f"{first}-{number}"
    return slug
