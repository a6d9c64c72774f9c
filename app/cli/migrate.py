"""`chat-backend migrate`: the schema, brought up to date."""

from typing import Annotated

import typer

from app.cli.configuration import load_settings
from app.cli.schema import contracted, upgraded
from app.contract import CONTRACTED

CONTRACT = typer.Option("--contract", help="Refuse older versions, once none of them runs.")

cli = typer.Typer()


@cli.command()
def migrate(contract: Annotated[bool, CONTRACT] = False) -> None:
    """Bring the database schema up to date. Safe to run at any time, also twice."""
    settings = load_settings()
    done = upgraded(settings)
    if done.before == done.after:
        typer.echo(f"The schema is up to date: {done.after}")
    else:
        typer.echo(f"Schema: {done.before or 'empty'} → {done.after}")
    if contract:
        already = "" if contracted(settings) else ", as before"
        typer.echo(f"Versions before {CONTRACTED} are refused{already}")
