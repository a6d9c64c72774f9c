"""The master keys of a database: recognised at start, and changed while servers run."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select, update

from app.database import Database, table_of
from app.encryption import KeyVault
from app.errors import KeyUnreadable
from app.models import ModelConfig, SchemaInfo
from app.services.audit.chain import ChainBroken, SealedElsewhere, begin_chain, sign_again
from app.services.audit.events import Action, record

BATCH = 100

_config = table_of(ModelConfig)
_info = table_of(SchemaInfo)

Progress = Callable[[int], None]


class WrongEncryptionKey(RuntimeError):
    """The database's API keys were encrypted with a master key that is not here."""

    def __init__(self) -> None:
        super().__init__(
            "ENCRYPTION_KEY is not the key that this database's API keys are encrypted with, and "
            "nothing was changed: bring that key back, in ENCRYPTION_KEY or as the file "
            "encryption_key in DATA_DIR (several are allowed there, newest first)"
        )


def recognise(connection: Connection, vault: KeyVault) -> None:
    """Check the canary, before anything is encrypted; the first start of all leaves it there.

    And begins the audit log.

    Raises WrongEncryptionKey when none of the vault's keys made it.
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
    return len(connection.execute(select(_config.c.id)).all())


@dataclass(slots=True)
class Rotation:
    """What a rotation did: keys that were encrypted anew, that were already, that do not open."""

    renewed: int = 0
    current: int = 0
    unreadable: int = 0
    overtaken: int = 0
    """Saved by their users while they were being encrypted anew; looked at again."""


async def rotate(
    database: Database, vault: KeyVault, progress: Progress, abandon: bool = False
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


async def _pass(database: Database, vault: KeyVault, progress: Progress) -> Rotation:
    done = Rotation()
    rows = await database.read(_batch, 0)
    while rows:
        await _renew(database, vault, rows, done)
        progress(len(rows))
        rows = await database.read(_batch, rows[-1].id)
    return done


async def _renew(
    database: Database, vault: KeyVault, rows: list[Row[int, str]], done: Rotation
) -> None:
    """Encrypt outside the transaction, so that it holds its locks for the writing alone."""
    changes: list[tuple[int, str, str]] = []
    for config_id, sealed in rows:
        if vault.is_newest(sealed):
            done.current += 1
            continue
        try:
            changes.append((config_id, sealed, vault.renewed(sealed)))
        except KeyUnreadable:
            done.unreadable += 1
    if changes:
        renewed = await database.write(_swap, changes)
        done.renewed += renewed
        done.overtaken += len(changes) - renewed


def _batch(connection: Connection, after: int) -> list[Row[int, str]]:
    return list(
        connection.execute(
            select(_config.c.id, _config.c.encrypted_api_key)
            .where(_config.c.id > after)
            .order_by(_config.c.id)
            .limit(BATCH)
        )
    )


def _swap(connection: Connection, changes: list[tuple[int, str, str]]) -> int:
    """Replace ciphertexts that are still what was read; how many were."""
    swapped = 0
    for config_id, old, new in changes:
        unchanged = (_config.c.id == config_id, _config.c.encrypted_api_key == old)
        result = connection.execute(update(_config).where(*unchanged).values(encrypted_api_key=new))
        swapped += result.rowcount
    return swapped


def _mark(connection: Connection, vault: KeyVault, done: Rotation, abandon: bool) -> None:
    connection.execute(update(_info).values(key_canary=vault.canary()))
    # A head that is not as it was signed stays as it is, for `audit verify` to tell.
    with suppress(ChainBroken, SealedElsewhere):
        sign_again(connection, vault.signer, abandon)
    record(
        connection,
        Action.KEYS_ROTATED,
        renewed=done.renewed,
        unreadable=done.unreadable,
        abandoned=abandon,
    )
