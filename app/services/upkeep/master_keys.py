"""The master keys of a database: recognised at start, and changed while servers run.

What is encrypted with them is what the tables are marked with (`models/marks.py`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, func, select, update

from app.database import Database, table_of
from app.encryption import KeyVault
from app.errors import KeyUnreadable
from app.models import Base, SchemaInfo
from app.models.marks import sealed_columns
from app.services.audit.chain import ChainBroken, SealedElsewhere, begin_chain, sign_again
from app.services.audit.events import AuditAction, record

BATCH = 100

_info = table_of(SchemaInfo)

SEALED = [
    column
    for table in Base.metadata.sorted_tables
    for column in sealed_columns(table)
    if column is not _info.c.key_canary  # it tells which key the others have: last of all
]

type SavedKey = tuple[Any, str]
"""The key of a row, and a ciphertext in it."""


class WrongEncryptionKey(RuntimeError):
    """The database's API keys were encrypted with a master key that is not here."""

    def __init__(self) -> None:
        super().__init__(
            "ENCRYPTION_KEY is not the key that this database's API keys are encrypted with, and "
            "nothing was changed: bring that key back, in ENCRYPTION_KEY or as the file "
            "encryption_key in DATA_DIR (several are allowed there, newest first)"
        )


def recognise(connection: Connection, vault: KeyVault) -> None:
    """Check the canary before anything is encrypted; the first start ever writes it.

    Also begins the audit log. Raises WrongEncryptionKey when none of the vault's keys made the
    canary.
    """
    unmarked = update(_info).where(_info.c.key_canary.is_(None))
    connection.execute(unmarked.values(key_canary=vault.canary()))
    canary = canary_of(connection)  # of whoever was first
    if canary is not None and not vault.recognises(canary):
        raise WrongEncryptionKey
    begin_chain(connection, vault.signer)


def canary_of(connection: Connection) -> str | None:
    """The canary as it is stored, None before the first start."""
    return connection.execute(select(_info.c.key_canary)).scalar()


def count_saved(connection: Connection) -> int:
    """How many API keys are saved, near enough for a progress bar."""
    return sum(connection.execute(select(func.count(column))).scalar_one() for column in SEALED)


@dataclass(slots=True)
class Rotation:
    """What a rotation did: keys that were encrypted anew, that were already, that do not open."""

    renewed: int = 0
    current: int = 0
    unreadable: int = 0
    overtaken: int = 0
    """Keys that users saved while they were being encrypted anew; looked at again."""


async def rotate(
    database: Database, vault: KeyVault, progress: Callable[[int], None], abandon: bool = False
) -> Rotation:
    """Encrypt every saved API key with the newest master key; may be broken off and begun again.

    Goes over the keys until one whole pass finds nothing to change, then marks the database with
    the newest key. `progress` is told how many keys each batch of the first pass held.
    Raises WrongEncryptionKey at once, unless `abandon` gives up the keys that do not open.
    """
    if not abandon:
        await database.write(recognise, vault)
    total = await _pass(database, vault, progress)
    last = total
    while last.renewed or last.overtaken:
        last = await _pass(database, vault, lambda _: None)
        total.renewed += last.renewed
    total.current, total.unreadable = last.current, last.unreadable
    await database.write(_mark, vault, total, abandon)
    return total


async def _pass(database: Database, vault: KeyVault, progress: Callable[[int], None]) -> Rotation:
    done = Rotation()
    for column in SEALED:
        rows = await database.read(_batch, column)
        while rows:
            await _renew(database, vault, column, rows, done)
            progress(len(rows))
            rows = await database.read(_batch, column, rows[-1][0])
    return done


async def _renew(
    database: Database, vault: KeyVault, column: Column[str], rows: list[SavedKey], done: Rotation
) -> None:
    """Encrypt outside the transaction, so that it holds its locks for the writing alone."""
    changes: list[tuple[Any, str, str]] = []
    for key, sealed in rows:
        if vault.is_newest(sealed):
            done.current += 1
            continue
        try:
            changes.append((key, sealed, vault.renewed(sealed)))
        except KeyUnreadable:
            done.unreadable += 1
    if changes:
        renewed = await database.write(_swap, column, changes)
        done.renewed += renewed
        done.overtaken += len(changes) - renewed


def _batch(connection: Connection, column: Column[str], after: Any = None) -> list[SavedKey]:
    """The next ciphertexts of a column behind a key, in the order of the table's keys."""
    (key,) = column.table.primary_key
    behind = () if after is None else (key > after,)
    there = select(key, column).where(column.is_not(None), *behind)
    return [(row[0], row[1]) for row in connection.execute(there.order_by(key).limit(BATCH))]


def _swap(connection: Connection, column: Column[str], changes: list[tuple[Any, str, str]]) -> int:
    """Replace ciphertexts that have not changed since they were read; returns how many."""
    (key,) = column.table.primary_key
    swapped = 0
    for row, old, new in changes:
        unchanged = update(column.table).where(key == row, column == old)
        swapped += connection.execute(unchanged.values({column: new})).rowcount
    return swapped


def _mark(connection: Connection, vault: KeyVault, done: Rotation, abandon: bool) -> None:
    connection.execute(update(_info).values(key_canary=vault.canary()))
    # A head with a wrong signature stays, for `audit verify` to report.
    with suppress(ChainBroken, SealedElsewhere):
        sign_again(connection, vault.signer, abandon)
    record(
        connection,
        AuditAction.KEYS_ROTATED,
        renewed=done.renewed,
        unreadable=done.unreadable,
        abandoned=abandon,
    )
