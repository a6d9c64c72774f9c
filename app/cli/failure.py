"""How a command ends when it cannot do its work: one plain line, an exit code, no traceback."""

from typing import NoReturn

import typer

FAILED = 1
MISCONFIGURED = 2


def fail(text: str, code: int = FAILED) -> NoReturn:
    """Say `text` on standard error and leave with `code`."""
    typer.echo(text, err=True)
    raise typer.Exit(code)
