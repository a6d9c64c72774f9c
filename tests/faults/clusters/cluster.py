"""Some database servers that hold the same, and the one address by which the app knows them."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pymysql
from sqlalchemy.engine import URL

from tests.faults.database_server import DatabaseServer
from tests.faults.statements import execute
from tests.support.database_relay import DatabaseRelay, database_relay

NODES = 3
LOOK_SECONDS = 0.1


class Cluster:
    """Servers, and the one `address` that leads to the one that writes."""

    def __init__(
        self, nodes: Sequence[URL], address: URL, takes_writes: Callable[[URL], bool]
    ) -> None:
        self.nodes = nodes
        self.address = address
        self._takes_writes = takes_writes

    @property
    def writer(self) -> URL:
        """The first server that takes writes. Raises LookupError while there is none."""
        for node in self.nodes:
            try:
                if self._takes_writes(node):
                    return node
            except pymysql.err.MySQLError:
                continue
        raise LookupError("No server of the cluster takes writes")

    def prepare(self) -> None:
        """An empty database, and an ordinary account for it."""
        execute(
            self.writer,
            "CREATE DATABASE chat CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
            "CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret'",
            "GRANT ALL ON `chat%`.* TO app@'127.0.0.1'",
        )

    async def kill(self, node: URL) -> None:
        """kill -9 of one server."""
        server = await asyncio.to_thread(DatabaseServer, node, "node")
        await server.kill()

    def last_message(self) -> int:
        """The id of the newest message."""
        ((last,),) = execute(self.writer, "SELECT COALESCE(MAX(id), 0) FROM chat.message")
        return int(last)

    def stored_texts(self, after_id: int) -> list[str]:
        """What people sent after some message, as the writer has it."""
        query = f"SELECT content FROM chat.message WHERE sender = 'user' AND id > {after_id}"
        return [str(content) for (content,) in execute(self.writer, query)]

    def follow(self, relay: DatabaseRelay, over: threading.Event) -> None:
        """Until it is over, lead to whoever writes."""
        while not over.wait(LOOK_SECONDS):
            try:
                relay.lead_to(self.writer)
            except LookupError:
                continue


def account_at(node: URL, database: str = "chat") -> str:
    """The URL by which the ordinary account uses a database there."""
    own = node.set(username="app", password="secret", database=database)
    return own.render_as_string(hide_password=False)


@contextmanager
def following(nodes: Sequence[URL], takes_writes: Callable[[URL], bool]) -> Iterator[Cluster]:
    """A cluster of these servers behind a relay: sessions that are open stay where they are, as
    behind a proxy that only chooses."""
    over = threading.Event()
    with database_relay(nodes[0]) as relay:
        cluster = Cluster(nodes, relay.url, takes_writes)
        thread = threading.Thread(target=cluster.follow, args=(relay, over))
        thread.start()
        try:
            cluster.prepare()
            yield cluster
        finally:
            over.set()
            thread.join()
