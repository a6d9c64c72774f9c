"""What requests go to, as it was called then; kept once for all of them."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

import orjson
from sqlalchemy import Connection, Dialect, Insert, select
from sqlalchemy.dialects import mysql, sqlite

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.models import UsageTarget

_target = table_of(UsageTarget)


def _insert(dialect: Dialect) -> Insert:
    """Where another process was quicker, its row stands."""
    if dialect.name == "sqlite":
        return sqlite.insert(_target).on_conflict_do_nothing(index_elements=[_target.c.hash])
    return mysql.insert(_target).on_duplicate_key_update(hash=_target.c.hash)


_FIND = PreparedIn(
    _target.c.hash.type,
    lambda hashes: select(_target.c.id, _target.c.hash).where(_target.c.hash.in_(hashes)),
)
_INSERT = Prepared(
    _insert,
    [
        "user_id",
        "hash",
        "connection_id",
        "connection_label",
        "model_id",
        "model_name",
        "is_shared",
    ],
)


@dataclass(frozen=True, slots=True)
class Target:
    """A model. `user_id`: whose it is, None for the operator's."""

    user_id: int | None
    connection_id: int | None
    connection_label: str | None
    model_id: int | None
    model_name: str

    @property
    def is_shared(self) -> bool:
        """Whether it is the operator who pays for it."""
        return self.user_id is None

    @property
    def hash(self) -> bytes:
        """What it is found by."""
        parts = [
            self.user_id,
            self.connection_id,
            self.connection_label,
            self.model_id,
            self.model_name,
        ]
        return sha256(orjson.dumps(parts)).digest()


def target_ids(connection: Connection, targets: Collection[Target]) -> dict[Target, int]:
    """The ids of these, which are made where they are new."""
    wanted = {target.hash: target for target in set(targets)}
    known = _known(connection, wanted)
    if new := [target for hash, target in sorted(wanted.items()) if hash not in known]:
        for target in new:
            _insert_target(connection, target)
        known = _known(connection, wanted)
    return {target: known[hash] for hash, target in wanted.items()}


def _known(connection: Connection, wanted: Collection[bytes]) -> dict[bytes, int]:
    return {row.hash: row.id for row in _FIND.all(connection, sorted(wanted))}


def _insert_target(connection: Connection, target: Target) -> None:
    _INSERT.run(
        connection,
        {
            "user_id": target.user_id,
            "hash": target.hash,
            "connection_id": target.connection_id,
            "connection_label": target.connection_label,
            "model_id": target.model_id,
            "model_name": target.model_name,
            "is_shared": int(target.is_shared),
        },
    )
