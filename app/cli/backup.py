"""`chat-backend backup`: the whole database in one file."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from app.cli.backup_failure import plain_failures
from app.cli.configuration import load_settings
from app.cli.progress import progress_bar
from app.origin import COMMAND_LINE, ActingFor
from app.services.backup.snapshot import make_backup

FILE = typer.Argument(help="The file to write; it must not be there yet.", show_default=False)

cli = typer.Typer()


@cli.command()
def backup(file: Annotated[Path, FILE]) -> None:
    """Write the whole database, as it is at this moment, into FILE. Servers may run.

    Attached files go into the folder `files` beside it, each once for all backups there. API keys
    stay encrypted in it, and ENCRYPTION_KEY is not in it: keep that one elsewhere.
    """
    settings = load_settings()
    with plain_failures(settings), ActingFor(COMMAND_LINE), ExitStack() as bars:
        header = make_backup(
            settings, file, lambda total: bars.enter_context(progress_bar("Rows", total))
        )
    typer.echo(f"{header.total} rows in {file}, {file.stat().st_size} bytes")
