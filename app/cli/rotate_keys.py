"""`chat-backend rotate-keys`: the saved API keys under the newest master key."""

import asyncio
from typing import Annotated

import typer

from app.cli.configuration import load_settings, with_secrets
from app.cli.failure import fail
from app.cli.progress import progress_bar
from app.cli.schema import ready
from app.config import Settings
from app.database import open_database
from app.encryption import KeyVault
from app.errors import AppError
from app.origin import COMMAND_LINE, ActingFor
from app.services.upkeep.master_keys import Rotation, WrongEncryptionKey, count_saved, rotate

ABANDON = typer.Option(
    "--abandon", help="The old key is lost: go on with the new one. What does not open stays shut."
)

cli = typer.Typer()


@cli.command()
def rotate_keys(abandon: Annotated[bool, ABANDON] = False) -> None:
    """Encrypt every saved API key with the newest ENCRYPTION_KEY, the first of those listed.

    Servers may run meanwhile, if they know both keys. Safe to break off and to run again.
    """
    settings = load_settings()
    ready(settings)
    done = asyncio.run(_rotated(with_secrets(settings), abandon))
    typer.echo(f"{done.renewed} API keys encrypted anew, {done.current} under the newest key")
    if done.unreadable:
        fail(f"{done.unreadable} API keys open with none of the keys; their users must save anew")


async def _rotated(settings: Settings, abandon: bool) -> Rotation:
    database = open_database(settings)
    vault = KeyVault(settings.encryption_keys)
    try:
        count = await database.read(count_saved)
        with ActingFor(COMMAND_LINE), progress_bar("API keys", count) as progress:
            return await rotate(database, vault, progress, abandon)
    except WrongEncryptionKey as error:
        fail(str(error))
    except AppError as error:
        fail(error.text("en"))
    finally:
        await database.close()
