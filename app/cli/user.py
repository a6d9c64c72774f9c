"""`chat-backend user`: accounts, as the operator makes, shows, changes and deletes them."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError
from rich.cells import cell_len

from app.cli.configuration import load_settings
from app.cli.database import opened
from app.cli.failure import fail
from app.errors import UserNotFound
from app.schemas.admin import AdminUser
from app.schemas.user import AccountRead, UserCreate
from app.services.accounts.service import AccountService
from app.services.admin.operators import OperatorAccounts
from app.services.auth.hash_threads import PasswordThreads
from app.services.auth.passwords import PasswordService
from app.services.settings.live import LiveSettings

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z")
AS_JSON = typer.Option("--json", help="One object a line.")
PASSWORD_STDIN = typer.Option("--password-stdin", help="Read it from standard input, one line.")

cli = typer.Typer()
accounts = typer.Typer(no_args_is_help=True)
cli.add_typer(accounts, name="user", help="List, create, promote, disable and delete accounts.")


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
    made = asyncio.run(_on_accounts(lambda accounts: accounts.service.create_user(request)))
    typer.echo(f"Account {made.username} was made, id {made.id}")


@accounts.command(name="list")
def list_accounts(
    email: Annotated[bool, typer.Option("--email", help="With the e-mail addresses.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Every account: since when, of what role and status, and when somebody last logged in."""
    asyncio.run(_on_accounts(lambda accounts: _print_all(accounts.service, email, as_json)))


async def _print_all(service: AccountService, email: bool, as_json: bool) -> None:
    """Print accounts page by page: there may be more than fit into memory."""
    print_page = _json_lines if as_json else _table_rows()
    async for page in service.all():
        print_page([_visible(account, email) for account in page])


def _visible(account: AccountRead, email: bool) -> dict[str, Any]:
    return account.model_dump(mode="json", exclude=set() if email else {"email"})


def _json_lines(accounts: list[dict[str, Any]]) -> None:
    for account in accounts:
        typer.echo(orjson.dumps(account).decode())


def _table_rows() -> Callable[[list[dict[str, Any]]], None]:
    """Prints rows under headings, as wide as those of the first page want them."""
    widths: dict[str, int] = {}

    def print_page(accounts: list[dict[str, Any]]) -> None:
        rows = [{name: _in_words(value) for name, value in row.items()} for row in accounts]
        if not widths:
            names = rows[0] if rows else {}
            widths.update(
                {name: max(len(name), *(cell_len(row[name]) for row in rows)) for name in names}
            )
            rows.insert(0, {name: name.replace("_at", "").replace("_", " ") for name in names})
        for row in rows:
            cells = [
                row[name] + " " * (width - cell_len(row[name])) for name, width in widths.items()
            ]
            typer.echo("  ".join(cells).rstrip())

    return print_page


def _in_words(value: object) -> str:
    """A value as a person reads it; times to the minute, UTC."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "never"
    text = str(value)
    return f"{text[:10]} {text[11:16]}" if TIME.fullmatch(text) else text


@accounts.command()
def disable(name: str) -> None:
    """Lock an account out at once; its data stays."""
    _set_enabled(name, False)


@accounts.command()
def enable(name: str) -> None:
    """Let a disabled account in again."""
    _set_enabled(name, True)


@accounts.command()
def show(name: str, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """One account, and how much there is of it in numbers."""
    user = _operate(name, lambda accounts: accounts.get(name))
    shown = user.model_dump(mode="json")
    if as_json:
        typer.echo(orjson.dumps(shown).decode())
        return
    shown["groups"] = ", ".join(group["name"] for group in shown["groups"]) or "none"
    for what, value in shown.items():
        typer.echo(f"{what.replace('_', ' ')}: {_in_words(value)}")


@accounts.command()
def promote(name: str, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Make somebody an administrator."""
    _change(name, as_json, lambda accounts: accounts.set_role(name, "admin"))


@accounts.command()
def demote(name: str, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Make an administrator a user like any other; the last one stays."""
    _change(name, as_json, lambda accounts: accounts.set_role(name, "user"))


@accounts.command()
def approve(name: str, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Let somebody in who waits for it."""
    _change(name, as_json, lambda accounts: accounts.approve(name))


@accounts.command()
def delete(name: str, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Lock an account out at once, and remove all of it in seven days; until then it can be
    restored."""
    _change(name, as_json, lambda accounts: accounts.trash(name))


@accounts.command()
def restore(name: str, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Bring a deleted account back, as it was."""
    _change(name, as_json, lambda accounts: accounts.restore(name))


def _change(
    name: str, as_json: bool, work: Callable[[OperatorAccounts], Awaitable[AdminUser]]
) -> None:
    user = _operate(name, work)
    if as_json:
        typer.echo(orjson.dumps(user.model_dump(mode="json")).decode())
        return
    until = f", until {user.deleted_until:%Y-%m-%d %H:%M} UTC" if user.deleted_until else ""
    role = ", an administrator" if user.role == "admin" else ""
    typer.echo(f"Account {user.username} is {user.status}{until}{role}")


def _operate[T](name: str, work: Callable[[OperatorAccounts], Awaitable[T]]) -> T:
    return asyncio.run(_on_database(name, work))


async def _on_database[T](name: str, work: Callable[[OperatorAccounts], Awaitable[T]]) -> T:
    async with opened() as (_, database):
        try:
            return await work(OperatorAccounts(database))
        except UserNotFound:
            fail(f"There is no account named {name}")


@accounts.command(name="reset-link")
def reset_link(name: str) -> None:
    """Make a link that sets a new password once, within an hour."""
    token = asyncio.run(_on_accounts(lambda accounts: accounts.passwords.make_reset(name)))
    if token is None:
        fail(f"There is no account named {name}")
    place = load_settings().public_url.rstrip("/")
    where = "" if place else ", at the server's address"
    typer.echo(f"For {name}, good once and for an hour{where}:\n{place}/reset#token={token}")


@accounts.command(name="reset-mfa")
def reset_mfa(name: str) -> None:
    """Take the second factor and the passkeys of an account away: it logs in without them, anew."""
    issuers = load_settings().oidc_issuers
    reset = asyncio.run(_on_accounts(lambda its: its.service.reset_factors(name, issuers)))
    if reset is None:
        fail(f"There is no account named {name}")
    if not reset.had:
        fail(f"Account {name} has no second factor")
    gone = f"The second factor of {name} is gone"
    gone += f", with {reset.passkeys} passkeys" if reset.passkeys else ""
    typer.echo(f"{gone}, and all logins of {name} are over")
    if not reset.is_open:
        typer.echo(f"{name} has no password: chat-backend user reset-link {name} lets them set one")


def _set_enabled(name: str, enabled: bool) -> None:
    if not asyncio.run(_on_accounts(lambda accounts: accounts.service.set_enabled(name, enabled))):
        fail(f"There is no account named {name}")
    typer.echo(f"Account {name} is {'enabled' if enabled else 'disabled'}")


@dataclass(frozen=True)
class _Accounts:
    service: AccountService
    passwords: PasswordService


async def _on_accounts[T](work: Callable[[_Accounts], Awaitable[T]]) -> T:
    async with opened() as (settings, database):
        threads = PasswordThreads(settings.bcrypt_rounds)
        passwords = PasswordService(database, threads, settings)
        service = AccountService(database, LiveSettings(database, settings), threads)
        try:
            return await work(_Accounts(service, passwords))
        finally:
            threads.close()
