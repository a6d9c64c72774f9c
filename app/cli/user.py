"""`chat-backend user`: accounts, made and disabled by the operator."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from pydantic import ValidationError

from app.cli.configuration import load_settings, require_data_dir
from app.cli.failure import fail
from app.cli.schema import upgraded
from app.config import with_local_secrets
from app.database import open_database
from app.errors import AppError
from app.schemas.user import UserCreate
from app.services.auth_service import AuthService

PASSWORD_STDIN = typer.Option("--password-stdin", help="Read it from standard input, one line.")

cli = typer.Typer()
accounts = typer.Typer(no_args_is_help=True)
cli.add_typer(accounts, name="user", help="Create, disable and enable accounts.")


@accounts.command()
def create(name: str, email: str, password_stdin: Annotated[bool, PASSWORD_STDIN] = False) -> None:
    """Make an account; works while registration is closed, too."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        request = UserCreate(username=name, email=email, password=password)
    except ValidationError as error:
        fail("\n".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))
    made = asyncio.run(_on_accounts(lambda service: service.create_user(request)))
    typer.echo(f"Account {made.username} was made, id {made.id}")


@accounts.command()
def disable(name: str) -> None:
    """Lock an account out at once; its data stays."""
    _set_enabled(name, False)


@accounts.command()
def enable(name: str) -> None:
    """Let a disabled account in again."""
    _set_enabled(name, True)


def _set_enabled(name: str, enabled: bool) -> None:
    if not asyncio.run(_on_accounts(lambda service: service.set_enabled(name, enabled))):
        fail(f"There is no account named {name}")
    typer.echo(f"Account {name} is {'enabled' if enabled else 'disabled'}")


async def _on_accounts[T](work: Callable[[AuthService], Awaitable[T]]) -> T:
    settings = load_settings()
    require_data_dir(settings)
    if settings.auto_migrate:
        await asyncio.to_thread(upgraded, settings)
    settings = with_local_secrets(settings)
    database = open_database(settings)
    service = AuthService(database, settings)
    try:
        return await work(service)
    except AppError as error:
        fail(error.text("en"))
    finally:
        service.close()
        await database.close()
