"""A relay between the app and a MySQL server: it can lead elsewhere, and change what is said."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import URL

HEAD_BYTES = 4
"""What a packet begins with: three bytes of length, and a number."""
COM_QUERY = b"\x03"
ROLLBACK = b"\x09\x00\x00\x00\x03ROLLBACK"
CHUNK = 1 << 16

type Rewrite = Callable[[bytes], bytes]


class DatabaseRelay:
    """Listens on a port of its own; `url` is a server's address with that port in it."""

    def __init__(self, server: URL, rewrite: Rewrite) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._target = server
        self._rewrite = rewrite
        self._refusals: list[tuple[bytes, bytes]] = []
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> URL:
        """The address of the server that is relayed to, by way of here."""
        return self._target.set(host="127.0.0.1", port=self._listener.getsockname()[1])

    def lead_to(self, server: URL) -> None:
        """Bring new connections to another server; those that are open stay where they are."""
        self._target = server

    def refuse(self, statement: str, code: int, message: str) -> None:
        """Have the next one that begins so rolled back and answered with this error."""
        text = message.encode()
        body = b"\xff" + struct.pack("<H", code) + b"#HY000" + text
        answer = struct.pack("<I", len(body))[:3] + b"\x01" + body
        self._refusals.append((COM_QUERY + statement.encode(), answer))

    @property
    def refusals_left(self) -> int:
        """Refusals that no statement has met yet."""
        return len(self._refusals)

    def close(self) -> None:
        """End all connections."""
        for opened in [self._listener, *self._open]:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection((self._target.host, self._target.port or 0))
                except OSError:  # the server is away; a proxy hangs up as well
                    client.close()
                    continue
                self._open += [client, server]
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._talk, args=(client, server), daemon=True).start()

    def _talk(self, client: socket.socket, server: socket.socket) -> None:
        """Both ways in one thread: a client speaks, then the server answers until it is asked."""
        refusal: list[bytes] = []

        def answers() -> None:
            with suppress(OSError):
                while said := server.recv(CHUNK):
                    client.sendall(refusal.pop() if refusal else said)
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=answers, daemon=True).start()
        with suppress(OSError):
            while said := client.recv(CHUNK):
                if self._refusals and said.startswith(self._refusals[0][0], HEAD_BYTES):
                    refusal.append(self._refusals.pop(0)[1])
                    said = ROLLBACK
                server.sendall(self._rewrite(said))
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def unchanged(said: bytes) -> bytes:
    """What is said is passed on."""
    return said


@contextmanager
def database_relay(server: URL, rewrite: Rewrite = unchanged) -> Iterator[DatabaseRelay]:
    """A relay to a server; `rewrite` changes what clients send, keeping its length."""
    relay = DatabaseRelay(server, rewrite)
    try:
        yield relay
    finally:
        relay.close()
