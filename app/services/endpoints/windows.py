"""How long a prompt a user's model takes: learned from its refusals, kept for a while."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, select

from app.database import Database, table_of, upserting
from app.models import ModelWindow, utc_now

KEPT = timedelta(days=7)
GUESS_KEPT = timedelta(days=1)
"""A refusal without words may have had another reason, and history is left out meanwhile."""
LEAST_TOKENS = 64
"""No model takes less; as the least budget that an operator may set."""
REPLY_TOKENS = 2_048
"""So much of a model's window is left for its reply, or a quarter of a small one."""

_window = table_of(ModelWindow)


@dataclass(frozen=True, slots=True)
class Learned:
    """A window in estimated tokens; `is_guess`: nothing said that the length was the reason."""

    tokens: int
    is_guess: bool


def room_for_prompt(window: int) -> int:
    """How many of a model's tokens its prompt may take."""
    return window - min(window // 4, REPLY_TOKENS)


def model_key(base_url: str, model_name: str) -> bytes:
    """What a user's model is known by: a hash of its endpoint's URL and its name."""
    return sha256(f"{base_url}\n{model_name}".encode()).digest()


async def learn(database: Database, user_id: int, model: bytes, learned: Learned) -> None:
    """Keep what was learned of a user's model, for this user alone."""
    await database.write(_learn, user_id, model, learned)


def forget(connection: Connection, user_id: int, model: bytes) -> None:
    """Forget a window: whoever saves an endpoint anew may have changed what is behind it."""
    mine = (_window.c.user_id == user_id, _window.c.model_key == model)
    connection.execute(delete(_window).where(*mine))


def forget_some(connection: Connection, user_id: int, models: set[bytes]) -> None:
    """Forget the windows of some models of a user."""
    mine = select(_window.c.model_key).where(_window.c.user_id == user_id)
    for key in models.intersection(connection.execute(mine).scalars()):
        forget(connection, user_id, key)


def _learn(connection: Connection, user_id: int, key: bytes, learned: Learned) -> None:
    expires_at = utc_now() + (GUESS_KEPT if learned.is_guess else KEPT)
    values = {"tokens": max(learned.tokens, LEAST_TOKENS), "expires_at": expires_at}
    row = {"user_id": user_id, "model_key": key, **values}
    connection.execute(upserting(connection.dialect, _window, values), row)
