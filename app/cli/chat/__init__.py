"""`chat-backend chat`: a client of the public API, in the terminal."""

import sys
from typing import Annotated

import typer

from app.cli.chat.api import ApiError, ChatApi
from app.cli.chat.session import ChatSession
from app.cli.chat.terminal import Terminal, follow
from app.cli.failure import fail

cli = typer.Typer()


@cli.command()
def chat(
    url: Annotated[str, typer.Option(help="The server.")] = "http://localhost:8000",
    user: Annotated[str, typer.Option(envvar="CHAT_USER", help="User name or e-mail.")] = "",
    password: Annotated[
        str, typer.Option(envvar="CHAT_PASSWORD", help="For scripts; asked for otherwise.")
    ] = "",
    email: Annotated[
        str, typer.Option(envvar="CHAT_EMAIL", help="With it, the account is made if need be.")
    ] = "",
    conversation: Annotated[
        int | None, typer.Option(help="Go on with this conversation instead of a new one.")
    ] = None,
    message: Annotated[
        str | None, typer.Option(help="Send this, print the reply and nothing else, and end.")
    ] = None,
    locale: Annotated[str, typer.Option(envvar=["LC_ALL", "LANG"], hidden=True)] = "",
) -> None:
    """Chat in the terminal. Logs in, or makes an account; opens or goes on with a conversation."""
    interactive = message is None and sys.stdin.isatty()
    with ChatApi(url, "zh" if locale.startswith("zh") else "en") as api:
        try:
            _log_in(api, user, password, email)
            number = _opened(api, conversation)
        except ApiError as error:
            fail(str(error))
        terminal = Terminal(interactive)
        session = ChatSession(
            lambda cursor: api.open_socket(number, cursor), api.refresh, terminal.show
        )
        session.start()
        try:
            if message is None:
                terminal.converse(session)
            else:
                session.send(message)
                follow(session)
        finally:
            session.close()
    if session.failure:
        fail(session.failure)
    if interactive:
        typer.echo(f"\nGo on later with --conversation {number}", err=True)
    if terminal.failed and message is not None:
        raise typer.Exit(1)


def _log_in(api: ChatApi, user: str, password: str, email: str) -> None:
    asked = not (user and password)
    user = user or typer.prompt("User name")
    password = password or typer.prompt("Password", hide_input=True)
    try:
        api.login(user, password)
        return
    except ApiError as error:
        if error.code != "invalid_credentials" or not (email or asked):
            raise
    if not email:
        typer.echo(f"There is no account {user} with this password.", err=True)
    if not email and typer.confirm(f"Make a new account named {user}?"):
        email = typer.prompt("E-mail")
    if not email:
        raise typer.Exit(1)
    api.register(user, email, password)
    api.login(user, password)


def _opened(api: ChatApi, conversation: int | None) -> int:
    if conversation is None:
        return api.create_conversation()
    api.conversation_title(conversation)
    return conversation
