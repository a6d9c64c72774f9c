"""What goes wrong with backups, as one plain line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from app.cli.failure import fail
from app.cli.schema import unusable
from app.config import Settings
from app.migration import SchemaError
from app.services.backup.rows import BackupError


@contextmanager
def plain_failures(settings: Settings) -> Iterator[None]:
    """End the command plainly when its work fails."""
    try:
        yield
    except (BackupError, SchemaError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'The file'}: {error.strerror}")
    except SQLAlchemyError as error:
        unusable(settings, error)
