"""`chat-backend chat`: a client of the public API, in the terminal."""

import sys
from typing import Annotated

import typer

from app.cli.chat.api import ApiError, ChatApi
from app.cli.chat.conversation import OpenConversation
from app.cli.chat.terminal import Terminal
from app.cli.chat.words import words
from app.cli.failure import fail
from app.cli.language import terminal_language

WORDS = words()

cli = typer.Typer()


@cli.command(help=WORDS.summary)
def chat(
    url: Annotated[str, typer.Option(help=WORDS.url)] = "http://localhost:8000",
    user: Annotated[str, typer.Option(envvar="CHAT_USER", help=WORDS.user)] = "",
    password: Annotated[str, typer.Option(envvar="CHAT_PASSWORD", help=WORDS.password)] = "",
    email: Annotated[str, typer.Option(envvar="CHAT_EMAIL", help=WORDS.email)] = "",
    conversation: Annotated[int | None, typer.Option(help=WORDS.conversation)] = None,
    message: Annotated[str | None, typer.Option(help=WORDS.message)] = None,
) -> None:
    """Chat, as `Words.summary` says it to whoever asks for help."""
    interactive = message is None and sys.stdin.isatty()
    terminal = Terminal(interactive)
    with ChatApi(url, terminal_language()) as api:
        try:
            _log_in(api, user, password, email)
            opened = OpenConversation(api, _opened(api, conversation), terminal, typer.echo)
        except ApiError as error:
            fail(str(error))
        try:
            if message is not None:
                opened.send(message)
            elif interactive:
                _shown(opened, conversation)
                opened.converse()
            else:
                opened.send_lines()
        finally:
            opened.close()
    if opened.session.failure:
        fail(opened.session.failure)
    if interactive:
        typer.echo("\n" + words().later.format(id=opened.number), err=True)
    if terminal.failed and message is not None:
        raise typer.Exit(1)


def _log_in(api: ChatApi, user: str, password: str, email: str) -> None:
    asked = not (user and password)
    user = user or typer.prompt(words().ask_name)
    password = password or typer.prompt(words().ask_password, hide_input=True)
    try:
        api.login(user, password)
        return
    except ApiError as error:
        if error.code == "second_factor_required":
            _give_code(api, error.ticket)
            return
        if error.code != "invalid_credentials" or not (email or asked):
            raise
    if not email:
        typer.echo(words().no_account.format(name=user), err=True)
    if not email and typer.confirm(words().make_account.format(name=user)):
        email = typer.prompt(words().ask_email)
    if not email:
        raise typer.Exit(1)
    api.register(user, email, password)
    api.login(user, password)


def _give_code(api: ChatApi, ticket: str) -> None:
    while True:
        try:
            api.login_second(ticket, typer.prompt(words().ask_code, err=True))
            return
        except ApiError as error:
            if error.code != "wrong_code":
                raise
            typer.echo(str(error), err=True)


def _opened(api: ChatApi, conversation: int | None) -> int:
    if conversation is None:
        return api.create_conversation()
    api.conversation(conversation)
    return conversation


def _shown(opened: OpenConversation, conversation: int | None) -> None:
    """What was said before in a conversation that is gone on with."""
    if conversation is not None:
        try:
            opened.replay()
        except ApiError as error:
            fail(str(error))
