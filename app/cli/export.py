"""`chat-backend export`: all that a user has said and was answered, in one file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from app.cli.database import opened
from app.cli.failure import fail
from app.cli.language import terminal_language
from app.cli.progress import progress_bar
from app.config import Settings
from app.database import Database
from app.files import appearing, in_the_way
from app.services.audit.events import AuditAction, record
from app.services.files.place import open_storage
from app.services.files.service import FileService
from app.services.messages.estimate import estimate_tokens
from app.services.search.rebuild import find_user
from app.services.transfer.service import TransferService
from app.services.usage.daily import ReplyLimits
from app.services.usage.fold import Fold
from app.services.usage.pricing import Pricing
from app.services.usage.service import UsageService

FILE = typer.Argument(help="The ZIP to write; it must not be there yet.", show_default=False)
USER = typer.Option("--user", help="Of the user of this name.", show_default=False)

cli = typer.Typer()


@cli.command()
def export(file: Annotated[Path, FILE], user: Annotated[str, USER]) -> None:
    """Write all that a user has said and was answered into FILE, with the files in it.

    Servers may run. It is the ZIP that users get from the server themselves, and can be taken in
    again.
    """
    try:
        conversations = asyncio.run(_exported(file, user))
    except OSError as error:
        fail(in_the_way(error, file))
    typer.echo(f"{conversations} conversations in {file}, {file.stat().st_size} bytes")


async def _exported(path: Path, name: str) -> int:
    """Write the export of the user of this name; how many conversations they have."""
    async with opened() as (settings, database):
        user_id = await database.read(find_user, name)
        if user_id is None:
            fail(f"There is no account named {name}")
        storage = open_storage(settings.files_url, settings.data_dir)
        files = FileService(database, storage, settings, estimate_tokens)
        transfer = TransferService(database, files, _usage(database, settings))
        count = await transfer.count(user_id)
        try:
            with appearing(path) as file, progress_bar("Conversations", 2 * count) as progress:
                await database.write(_record, user_id)
                async for part in transfer.account(user_id, terminal_language(), progress):
                    file.write(part)
        finally:
            files.close()
        return count


def _record(connection: Connection, user_id: int) -> None:
    record(connection, AuditAction.DATA_EXPORTED, user_id)


def _usage(database: Database, settings: Settings) -> UsageService:
    limits = ReplyLimits(
        settings.max_replies_per_user,
        settings.default_model_daily_messages,
        settings.context_token_budget,
    )
    fold = Fold(database, Pricing(), estimate_tokens, settings.reap_after_seconds)
    return UsageService(database, lambda: limits, fold)
