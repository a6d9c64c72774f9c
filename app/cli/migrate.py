"""`chat-backend migrate`: the schema, brought up to date."""

import typer

from app.cli.configuration import load_settings
from app.cli.schema import upgraded

cli = typer.Typer()


@cli.command()
def migrate() -> None:
    """Bring the database schema up to date. Safe to run at any time, also twice."""
    done = upgraded(load_settings())
    if done.before == done.after:
        typer.echo(f"The schema is up to date: {done.after}")
    else:
        typer.echo(f"Schema: {done.before or 'empty'} → {done.after}")
