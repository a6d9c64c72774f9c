"""The database of a command that works beside the server, or without it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.cli.configuration import load_settings, require_data_dir, with_secrets
from app.cli.failure import fail
from app.cli.schema import ready, require_own_key
from app.config import Settings
from app.database import Database, open_database
from app.errors import AppError
from app.origin import COMMAND_LINE, ActingFor


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Settings, Database]]:
    """The settings with their secrets, and the database, up to date and for as long as the block
    lasts. An AppError in it ends the command with its sentence."""
    settings = load_settings()
    require_data_dir(settings)
    await asyncio.to_thread(ready, settings)
    await asyncio.to_thread(require_own_key, settings)
    settings = with_secrets(settings)
    database = open_database(settings)
    try:
        with ActingFor(COMMAND_LINE):
            yield settings, database
    except AppError as error:
        fail(error.text("en"))
    finally:
        await database.close()
