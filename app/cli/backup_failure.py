"""Failures of backups and of the audit log, as one plain line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from app.cli.failure import fail
from app.cli.schema import unusable
from app.config import Settings
from app.files import in_the_way
from app.migration import SchemaError
from app.services.backup.tables import BackupError
from app.services.upkeep.master_keys import WrongEncryptionKey


@contextmanager
def plain_failures(settings: Settings) -> Iterator[None]:
    """End the command with one plain line when its work fails."""
    try:
        yield
    except (BackupError, SchemaError, WrongEncryptionKey) as error:
        fail(str(error))
    except OSError as error:
        fail(in_the_way(error, error.filename or "The file"))
    except SQLAlchemyError as error:
        unusable(settings, error)
