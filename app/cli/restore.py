"""`chat-backend restore`: a backup, brought back."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from app.cli.backup_failure import plain_failures
from app.cli.configuration import load_settings, require_data_dir, with_secrets
from app.cli.progress import progress_bar
from app.config import Settings
from app.encryption import KeyVault
from app.migration import head_revision, sync_engine
from app.origin import COMMAND_LINE, ActingFor
from app.services.auth.admins import admin_names
from app.services.backup.restore import missing_files, restore_backup
from app.services.backup.snapshot import Progress
from app.services.upkeep.master_keys import canary_of

FILE = typer.Argument(help="What chat-backend backup wrote.", show_default=False)
REPLACE = typer.Option("--replace", help="Give up what the database holds.")
VERIFY = typer.Option("--verify", help="Compare every row with the file before it counts.")
CHECK = typer.Option("--check", help="Only check the file; the database is left alone.")

NAMED_MAX = 20

cli = typer.Typer()


@cli.command()
def restore(
    file: Annotated[Path, FILE],
    replace: Annotated[bool, REPLACE] = False,
    verify: Annotated[bool, VERIFY] = False,
    check: Annotated[bool, CHECK] = False,
) -> None:
    """Bring FILE back into the database, from whichever kind of database it was made.

    Stop the servers first. The file is checked before anything is touched, and all of it counts or
    nothing.
    """
    settings = load_settings()
    with plain_failures(settings), ActingFor(COMMAND_LINE), ExitStack() as bars:

        def begin(what: str, total: int) -> Progress:
            bars.pop_all().close()
            return bars.enter_context(progress_bar(what, total))

        missing: list[str] = []
        if check:
            header, missing = missing_files(file, begin)
        else:
            require_data_dir(settings)
            header = restore_backup(settings, file, begin, replace, verify, missing)
    done = "whole" if check else "restored and compared" if verify else "restored"
    typer.echo(f"{header.total} rows {done}: {file}, made {header.made_at:%Y-%m-%d %H:%M:%S} UTC")
    if not check and not header.is_of_today:
        typer.echo(f"They were brought from schema {header.schema_revision} to {head_revision()}")
    if missing:
        typer.echo(f"{len(missing)} files are missing or damaged beside it:", err=True)
        for key in missing[:NAMED_MAX]:
            typer.echo(f"  files/{key[:2]}/{key[2:4]}/{key}", err=True)
    if not check:
        typer.echo("All logins and links are over, also those in the backup: people log in again")
        _name_admins(settings)
        _warn_of_wrong_key(settings)
    if missing:
        raise typer.Exit(1)


def _name_admins(settings: Settings) -> None:
    """Tell who are administrators again: some may have been ones no longer."""
    engine = sync_engine(settings)
    with engine.connect() as connection:
        names = admin_names(connection)
    engine.dispose()
    told = ", ".join(names[:NAMED_MAX]) or "none"
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    typer.echo(f"Administrators: {told}{more}")


def _warn_of_wrong_key(settings: Settings) -> None:
    """Warn at once, not at the next start, when the backup's master key is not set here."""
    engine = sync_engine(settings)
    with engine.connect() as connection:
        canary = canary_of(connection)
    engine.dispose()
    keys = with_secrets(settings, make=False).encryption_keys
    vault = KeyVault(keys) if keys else None
    if canary and not (vault and vault.recognises(canary)):
        typer.echo(
            "Its API keys need the ENCRYPTION_KEY they were encrypted with, and this is another: "
            "bring that one along before a server starts",
            err=True,
        )
