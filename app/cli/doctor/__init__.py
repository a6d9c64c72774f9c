"""`chat-backend doctor`: what works, what does not, and how to fix it."""

import asyncio
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.cli.configuration import setting_problems
from app.cli.doctor.bus import check_redis
from app.cli.doctor.check import Check
from app.cli.doctor.data import check_database
from app.cli.doctor.folder import check_data_dir, check_readers, check_secrets
from app.cli.doctor.model import check_default_model
from app.cli.doctor.providers import check_providers
from app.cli.doctor.python import check_python
from app.config import Settings
from app.secret_files import with_kept_secrets

cli = typer.Typer()


@cli.command()
def doctor() -> None:
    """Check settings, database and default model; exit code 1 when something must be mended."""
    checks = list(_checks())
    Console().print(_table(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _checks() -> Iterator[Check]:
    yield check_python()
    problems = setting_problems()
    for problem in problems:
        yield Check("Settings", False, problem, "correct it in the environment or in .env")
    if problems:
        return
    settings = Settings()
    yield Check("Settings", True, "valid")
    before = [*check_data_dir(settings), *check_secrets(settings)]
    yield from before
    yield from check_readers(settings)
    if all(check.ok for check in before):
        settings = with_kept_secrets(settings)
        yield from check_database(settings)
    yield from check_redis(settings)
    yield asyncio.run(check_default_model(settings))
    if settings.oidc_providers:
        yield from asyncio.run(check_providers(settings))


def _table(checks: list[Check]) -> Table:
    table = Table("", "Check", "Found", "To do")
    for check in checks:
        mark = "[red]✗[/]" if not check.ok else "[yellow]![/]" if check.advice else "[green]✓[/]"
        table.add_row(mark, check.name, escape(check.found), escape(check.advice))
    return table
