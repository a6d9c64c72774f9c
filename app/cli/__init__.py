"""The command line, `chat-backend`. Each command is a module of this package.

Only the module of the command that is asked for is imported: `--help` and `chat` need neither
the database nor the model's SDK, and `serve` starts the sooner.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from app import __version__
from app.cli.help import show_words
from app.files import in_the_way
from app.utils.memory import loading

NAME = "chat-backend"
COMMANDS = {
    "serve": "Run the server.",
    "chat": "Chat in the terminal with a running server.",
    "migrate": "Bring the database schema up to date.",
    "backup": "Write the whole database into a file, while servers run.",
    "restore": "Bring a backup back, into any of the databases.",
    "rotate-keys": "Encrypt every saved API key with the newest ENCRYPTION_KEY.",
    "audit": "Check whether the audit log is as it was sealed.",
    "user": "List, create, promote, disable and delete accounts.",
    "connection": "Model servers for every user: add, list, refresh, share, grant, price, remove.",
    "group": "Groups of users: list, create, rename and remove them, add and drop members.",
    "cap": "How much of the shared models may be used: add, list and remove caps.",
    "usage": "What was used of the shared models: by user, model or day.",
    "import": "Bring in what another product has exported, for a user.",
    "export": "Write all that a user has said and was answered into one ZIP.",
    "share": "Links by which users show conversations: list and end them.",
    "invite": "Invitations to make an account: create, list and revoke them.",
    "setting": "Settings that running servers keep to at once: list, set and clear them.",
    "key": "Keys by which programs use their owners' models: list and revoke them.",
    "search": "The index by which messages are found: make it anew.",
    "doctor": "Check settings, database and default model; say what to mend.",
}


def main() -> None:
    """The entry point of `chat-backend`."""
    with loading():
        cli = command_line(sys.argv[1:])
    try:
        cli(prog_name=NAME)
    except OSError as error:
        if error.filename is None:
            raise
        sys.exit(in_the_way(error))


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """All commands by name and help; the one that `arguments` call is the real one."""
    cli = typer.Typer(
        name=NAME,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=_chat_backend,
    )
    show_words()
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if name == wanted:
            cli.add_typer(importlib.import_module(f"app.cli.{module_of(name)}").cli)
        else:
            cli.command(name, help=summary)(_not_loaded)
    return cli


def module_of(command: str) -> str:
    """The module of a command; `import` can be none's name."""
    return "imports" if command == "import" else command.replace("-", "_")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _chat_backend(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """A chat backend where every user brings their own model, and no reply is lost."""


def _not_loaded() -> None:
    raise AssertionError("a command that was not called has no body")
