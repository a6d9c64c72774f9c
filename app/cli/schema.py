"""Checks schema and master key before a command uses them; failures as one plain line."""

from collections.abc import Callable
from typing import NoReturn

from sqlalchemy.exc import SQLAlchemyError

from app.cli.configuration import require_data_dir, with_secrets
from app.cli.failure import fail
from app.config import Settings
from app.encryption import KeyVault
from app.engines.blocking import run_in_transaction
from app.engines.failures import UnusableDatabase, code_of
from app.migration import Migrated, migrate, require_schema, sync_engine
from app.services.upkeep.contract import contract
from app.services.upkeep.master_keys import WrongEncryptionKey, recognise


def upgraded(settings: Settings) -> Migrated:
    """Upgrade the schema if it is old. Ends the command when the data cannot be used."""
    require_data_dir(settings)
    return _plainly(migrate, settings)


def ready(settings: Settings) -> None:
    """Upgrade the schema if it is old; without `AUTO_MIGRATE`, end the command instead."""
    if settings.auto_migrate:
        upgraded(settings)
    else:
        _plainly(require_schema, settings)


def contracted(settings: Settings) -> bool:
    """Have older versions refused; False where they are already. Ends the command while one of
    them writes replies."""
    return _plainly(_contract, settings)


def _contract(settings: Settings) -> bool:
    engine = sync_engine(settings)
    try:
        return run_in_transaction(engine, contract)
    finally:
        engine.dispose()


def _plainly[T](work: Callable[[Settings], T], settings: Settings) -> T:
    try:
        return work(settings)
    except UnusableDatabase as error:
        fail(str(error))
    except SQLAlchemyError as error:
        unusable(settings, error)


def require_own_key(settings: Settings) -> None:
    """End the command when `ENCRYPTION_KEY` is not the one of this database."""
    vault = KeyVault(with_secrets(settings).encryption_keys)
    engine = sync_engine(settings)
    try:
        run_in_transaction(engine, recognise, vault)
    except (WrongEncryptionKey, UnusableDatabase) as error:
        fail(str(error))
    except SQLAlchemyError as error:
        unusable(settings, error)
    finally:
        engine.dispose()


def unusable(settings: Settings, error: SQLAlchemyError) -> NoReturn:
    """End the command: the database does not answer, or not as it should."""
    where = settings.database.render_as_string(hide_password=True)
    number = code_of(error)
    kind = f"{type(error).__name__} {number or ''}".strip()
    fail(f"The database {where} cannot be used: {kind}. See chat-backend doctor.")
