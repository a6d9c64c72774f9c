"""The schema, brought up to date before a command needs it; failures as one plain line."""

from sqlalchemy.exc import SQLAlchemyError

from app.cli.configuration import require_data_dir
from app.cli.failure import fail
from app.config import Settings
from app.migration import Migrated, SchemaError, migrate


def upgraded(settings: Settings) -> Migrated:
    """Upgrade the schema where that is due. Ends the command when the data cannot be used."""
    require_data_dir(settings)
    try:
        return migrate(settings)
    except SchemaError as error:
        fail(str(error))
    except SQLAlchemyError as error:
        where = settings.database.render_as_string(hide_password=True)
        kind = type(error).__name__
        fail(f"The database {where} cannot be used: {kind}. See chat-backend doctor.")
