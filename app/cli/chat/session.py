"""A conversation that outlives its connections: reads in a thread, reconnects, sends again."""

import json
import threading
import time
from collections.abc import Callable

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection

from app.cli.chat.api import ApiError
from app.cli.chat.stream import Frame, ReplyStream, Shown
from app.cli.chat.words import words

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
ATTEMPTS = 12
"""About 45 s in all: a restart of the server fits in."""
TOKEN_CLOSE_CODE = 4401
FINAL_CLOSE_CODES = {1008, 4403, 4404, 4429}


class ChatSession:
    """`open_socket(cursor)` connects; `show` gets everything to see, from the reading thread.

    `renew` gets new tokens when the old one is refused; it raises ApiError.
    """

    def __init__(
        self,
        open_socket: Callable[[str | None], ClientConnection],
        renew: Callable[[], None],
        show: Callable[[Shown], None],
    ) -> None:
        self._open_socket = open_socket
        self._renew = renew
        self._show = show
        self._stream = ReplyStream()
        self._socket: ClientConnection | None = None
        self._lock = threading.Lock()
        self._stop_wanted = False
        self._idle = threading.Event()
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._keep_reading, daemon=True)
        self.failure: str | None = None
        self._idle.set()

    def start(self) -> None:
        """Connect, and keep connected until `close`."""
        self._reader.start()

    def send(self, content: str) -> None:
        """Send a message; `wait` waits for its reply. It is sent again until it arrives."""
        self.ask({"type": "message", "content": content})

    def ask(self, act: Frame) -> None:
        """Send what has a reply written, whatever it is, as `send` does."""
        with self._lock:
            self._idle.clear()
            self._stop_wanted = False
            self._transmit(self._stream.ask(act))
        if self.failure:
            self._idle.set()

    def know(self, last_message: tuple[int, str] | None, last_reply_id: int | None) -> None:
        """Take over what was said before this session, so that it can be acted on."""
        self._stream.last_message, self._stream.last_reply_id = last_message, last_reply_id

    @property
    def last_message(self) -> tuple[int, str] | None:
        """The user's last message, its id and its text."""
        return self._stream.last_message

    @property
    def last_reply_id(self) -> int | None:
        """The last reply, running or ended."""
        return self._stream.last_reply_id

    def stop(self) -> None:
        """Ask for the end of the running reply, now or as soon as there is a connection."""
        with self._lock:
            self._stop_wanted = True
            self._transmit({"type": "stop"})

    def wait(self) -> None:
        """Wait until the reply has ended; `failure` says if it cannot be followed any more."""
        self._idle.wait()

    def close(self) -> None:
        """Disconnect. A running reply goes on at the server."""
        self._closing.set()
        if self._socket:
            self._socket.close()
        self._reader.join(LONGEST_PAUSE_SECONDS)

    def _transmit(self, frame: Frame) -> None:
        if self._socket is None:
            return  # the reading thread sends what is pending once it has connected
        try:
            self._socket.send(json.dumps(frame))
        except ConnectionClosed:
            return  # the reading thread sees the same and reconnects

    def _keep_reading(self) -> None:
        attempts, pause = 0, FIRST_PAUSE_SECONDS
        while not self._closing.is_set() and self.failure is None:
            if self._connected_once():
                attempts, pause = 0, FIRST_PAUSE_SECONDS
            elif attempts == ATTEMPTS:
                self.failure = self.failure or words().gone
            attempts += 1
            self._closing.wait(pause if self.failure is None else 0)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._idle.set()

    def _connected_once(self) -> bool:
        """Use one connection from its beginning to its end; whether it was of any use."""
        began, events = time.monotonic(), 0
        try:
            with self._open_socket(self._stream.cursor) as socket:
                self._catch_up(socket)
                for text in socket:
                    self._receive(json.loads(text))
                    events += 1
        except InvalidStatus as error:
            if error.response.status_code < 500:
                self.failure = words().refused.format(why=error)
        except ConnectionClosed as error:
            code = error.rcvd.code if error.rcvd else None
            if code in FINAL_CLOSE_CODES:
                self.failure = words().closed.format(code=code)
            if code == TOKEN_CLOSE_CODE:
                self._try_to_renew()
                events = 0  # nothing but an error: too many of these in a row end the session
        except (OSError, WebSocketException):
            pass  # tried again; the caller counts
        except (ValueError, KeyError, TypeError):
            self.failure = words().nonsense
        finally:
            self._socket = None
        return events > 0 or time.monotonic() - began > LONGEST_PAUSE_SECONDS

    def _try_to_renew(self) -> None:
        try:
            self._renew()
        except ApiError as error:
            if error.code != "unreachable":
                self.failure = words().logged_out

    def _catch_up(self, socket: ClientConnection) -> None:
        with self._lock:
            self._socket = socket
            frame = self._stream.unacknowledged()
            if frame:
                self._transmit(frame)
            if self._stop_wanted and self._stream.busy:
                self._transmit({"type": "stop"})

    def _receive(self, event: Frame) -> None:
        with self._lock:
            seen = self._stream.receive(event)
            busy = self._stream.busy
        try:
            for shown in seen:
                self._show(shown)
        finally:
            if not busy:
                self._idle.set()
