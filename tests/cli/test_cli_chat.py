"""The terminal's client: nothing shown twice, nothing missed, every message sent until it arrives.

Its connection is tried against a real socket server that plays a script for each connection.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from app.cli.chat.api import ApiError
from app.cli.chat.session import ChatSession
from app.cli.chat.stream import ReplyStream, Shown
from app.cli.chat.terminal import Terminal
from tests.support.cli_process import until

Script = Callable[[ServerConnection], None]


def _start(client_id: str | None = None, **more: Any) -> dict[str, Any]:
    known = {"client_id": client_id} if client_id else {}
    return {"type": "start", "message": {"id": 2}, "user_message": {"id": 1}} | known | more


def _chunk(text: str, at: int) -> dict[str, Any]:
    return {"type": "chunk", "content": text, "message_id": 2, "id": f"2.0.{at}"}


DONE = {"type": "done", "message_id": 2, "finish_reason": "stop", "id": "2.0.9.end"}


def _text(shown: list[Shown]) -> str:
    return "".join(piece.text for piece in shown if piece.kind == "text")


@given(text=st.text(max_size=30), cuts=st.lists(st.tuples(st.integers(0, 30), st.booleans())))
def test_every_piece_is_shown_once_however_the_connections_break(
    text: str, cuts: list[tuple[int, bool]]
) -> None:
    stream = ReplyStream()
    client_id = stream.message("hello")["client_id"]
    shown: list[Shown] = []
    reached = 0
    for cut, resumes in [*cuts, (30, True)]:
        if stream.cursor is None or not resumes:
            reached = 0
        again = {"resumed": True} if reached else {}
        shown += stream.receive(_start(client_id, **again))
        for place in range(reached, min(max(cut, reached), len(text))):
            shown += stream.receive(_chunk(text[place], place + 1))
            reached = place + 1
    assert _text(shown) == text
    assert stream.busy
    assert stream.receive(DONE) == [Shown("end", "stop")]
    assert not stream.busy


def test_a_message_is_sent_again_until_text_of_its_reply_has_come() -> None:
    stream = ReplyStream()
    frame = stream.message("hello")
    assert stream.unacknowledged() == frame
    stream.receive(_start(frame["client_id"]))
    assert stream.unacknowledged() == frame
    stream.receive(_chunk("a", 1))
    assert stream.unacknowledged() is None
    assert stream.cursor == "2.0.1"


def test_a_reply_that_is_repeated_whole_is_shown_once() -> None:
    stream = ReplyStream()
    start = _start(stream.message("hello")["client_id"])
    whole = [start, _chunk("He", 2), _chunk("llo", 5), DONE]
    shown = [piece for event in [*whole, *whole] for piece in stream.receive(event)]
    assert shown == [Shown("text", "He"), Shown("text", "llo"), Shown("end", "stop")]


def test_the_reply_of_somebody_else_does_not_settle_our_message() -> None:
    stream = ReplyStream()
    stream.message("hello")
    stream.receive(_start("another"))
    stream.receive(DONE)
    assert stream.busy


def test_a_refused_message_is_not_sent_again() -> None:
    stream = ReplyStream()
    stream.message("hello")
    refusal = {"type": "error", "code": "model_not_configured", "message": "No model"}
    assert stream.receive(refusal) == [Shown("refused", "No model")]
    assert stream.unacknowledged() is None


def test_a_restart_of_the_server_leaves_the_message_to_be_sent_again() -> None:
    stream = ReplyStream()
    frame = stream.message("hello")
    stream.receive({"type": "error", "code": "server_restarting", "message": "Restarting"})
    assert stream.unacknowledged() == frame


class _Server:
    """Plays one script for each connection, in order, and remembers what it was sent."""

    def __init__(self, scripts: list[Script]) -> None:
        self.url = ""
        self.cursors: list[str | None] = []
        self._scripts = iter(scripts)

    def handle(self, socket: ServerConnection) -> None:
        assert socket.request
        query = parse_qs(urlsplit(socket.request.path).query)
        self.cursors.append(query.get("last_event_id", [None])[0])
        next(self._scripts)(socket)


@contextmanager
def _playing(*scripts: Script) -> Iterator[_Server]:
    server = _Server(list(scripts))
    with serve(server.handle, "127.0.0.1", 0) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        server.url = f"ws://127.0.0.1:{listening.socket.getsockname()[1]}/"
        yield server
        listening.shutdown()
    thread.join()


def _refused() -> None:
    raise ApiError("Not logged in", "invalid_token")


@contextmanager
def _chatting(
    server: _Server, renew: Callable[[], None] = _refused
) -> Iterator[tuple[ChatSession, list[Shown]]]:
    shown: list[Shown] = []

    def open_socket(cursor: str | None) -> Any:
        return connect(f"{server.url}?last_event_id={cursor}" if cursor else server.url, proxy=None)

    session = ChatSession(open_socket, renew, shown.append)
    session.start()
    yield session, shown
    session.close()


def _say(socket: ServerConnection, *events: dict[str, Any]) -> None:
    for event in events:
        socket.send(json.dumps(event))


def _stay(socket: ServerConnection) -> None:
    """Keep the connection until the client leaves."""
    for _ in socket:
        pass


def test_a_broken_connection_is_resumed_at_the_last_cursor() -> None:
    def first(socket: ServerConnection) -> None:
        said = json.loads(socket.recv(timeout=60))
        _say(socket, _start(said["client_id"]), _chunk("Hel", 3))
        socket.close(1012)

    def second(socket: ServerConnection) -> None:
        _say(socket, _start(resumed=True), _chunk("lo", 5), DONE)
        _stay(socket)

    with _playing(first, second) as server, _chatting(server) as (session, shown):
        session.send("hi")
        session.wait()
        assert shown == [Shown("text", "Hel"), Shown("text", "lo"), Shown("end", "stop")]
        assert server.cursors == [None, "2.0.3"]


def test_a_message_that_was_not_acknowledged_is_sent_again_with_its_client_id() -> None:
    seen: list[Any] = []

    def first(socket: ServerConnection) -> None:
        seen.append(json.loads(socket.recv(timeout=60)))

    def second(socket: ServerConnection) -> None:
        seen.append(json.loads(socket.recv(timeout=60)))
        _say(socket, _start(seen[1]["client_id"]), _chunk("Hello", 5), DONE)
        _stay(socket)

    with _playing(first, second) as server, _chatting(server) as (session, shown):
        session.send("hi")
        session.wait()
        assert _text(shown) == "Hello"
        assert seen[0] == seen[1]


def test_stop_is_sent_on_the_open_connection() -> None:
    def only(socket: ServerConnection) -> None:
        said = json.loads(socket.recv(timeout=60))
        _say(socket, _start(said["client_id"]), _chunk("Hel", 3))
        assert json.loads(socket.recv(timeout=60)) == {"type": "stop"}
        _say(socket, DONE | {"finish_reason": "stopped"})
        _stay(socket)

    with _playing(only) as server, _chatting(server) as (session, shown):
        session.send("hi")
        until(lambda: bool(shown))
        session.stop()
        session.wait()
        assert shown[-1] == Shown("end", "stopped")


REFUSED = {"type": "error", "code": "invalid_token", "message": "Not logged in"}


def test_a_login_that_expires_is_renewed_and_the_message_sent_again() -> None:
    def first(socket: ServerConnection) -> None:
        socket.recv(timeout=60)
        _say(socket, REFUSED)
        socket.close(4401)

    def second(socket: ServerConnection) -> None:
        _say(
            socket, _start(json.loads(socket.recv(timeout=60))["client_id"]), _chunk("Hi", 2), DONE
        )
        _stay(socket)

    renewed: list[bool] = []
    with (
        _playing(first, second) as server,
        _chatting(server, lambda: renewed.append(True)) as (session, shown),
    ):
        session.send("hi")
        session.wait()
        assert shown == [Shown("text", "Hi"), Shown("end", "stop")]
        assert renewed == [True]


def test_a_login_that_was_ended_ends_the_session() -> None:
    def only(socket: ServerConnection) -> None:
        _say(socket, REFUSED)
        socket.close(4401)

    with _playing(only) as server, _chatting(server) as (session, shown):
        until(lambda: session.failure is not None)
        assert session.failure == "You have been logged out"
        assert shown == []


def test_what_comes_while_somebody_types_waits_for_the_next_prompt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(interactive=True)

    def typed(_prompt: str) -> str:
        terminal.show(Shown("text", "from another device"))
        terminal.show(Shown("end", "stop"))
        terminal.show(Shown("title", "A title"))
        return "hello"

    monkeypatch.setattr("builtins.input", typed)
    assert terminal.read_line() == "hello"
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("builtins.input", lambda _prompt: "more")
    assert terminal.read_line() == "more"
    shown = capsys.readouterr()
    assert shown.out == "from another device\n"
    assert "Meanwhile" in shown.err and "— A title —" in shown.err
    terminal.show(Shown("title", "Another"))
    assert "— Another —" in capsys.readouterr().err
