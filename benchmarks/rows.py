"""Long histories, put into a database by SQL: to write them as messages would take hours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle

from sqlalchemy import Connection, bindparam, create_engine, inspect, text
from sqlalchemy.engine import make_url

from app.services.messages.estimate import estimate_tokens

SEQUENCE = """
    WITH RECURSIVE sequence (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM sequence WHERE n < :count)
"""
MESSAGES = text(f"""
    INSERT INTO message (id, conversation_id, sender, content, timestamp, parent_id)
    {SEQUENCE}
    SELECT :base + n, :conversation, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'ai' END, :content,
           '2026-01-01 00:00:00.000000', CASE WHEN n > 1 THEN :base + n - 1 END
    FROM sequence
""")
CONVERSATIONS = text(f"""
    INSERT INTO conversation (user_id, title, title_source, message_count, created_at, updated_at)
    {SEQUENCE}
    SELECT :user, 'Benchmark', 'user', 0, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000'
    FROM sequence
""")
CONVERSATION = text("""
    INSERT INTO conversation (user_id, title, title_source, created_at, updated_at)
    VALUES (:user, 'Benchmark', 'user', :at, :at)
""")
SAID = text("""
    INSERT INTO message (conversation_id, sender, content, timestamp, search_state)
    VALUES (:conversation, :sender, :content, :at, :state)
""")
UNREAD = text("SELECT COUNT(*) FROM message WHERE search_state IS NULL")
BEGUN, STEP = datetime(2016, 1, 1), timedelta(minutes=5)
CONTENT = "What was said, again and again. " * 8
NEWEST = "SELECT COALESCE(MAX(id), 0) FROM message"
ESTIMATED = text("UPDATE message SET tokens = :tokens WHERE conversation_id = :conversation")
COUNTED = "UPDATE conversation SET message_count = message_count + :count WHERE id = :conversation"
OWNED = 'UPDATE "user" SET conversation_count = conversation_count + :count WHERE id = :user'


ENDED = text("""
    INSERT INTO generation (message_id, conversation_id, user_id, owner, started_at, finished_at)
    SELECT id, conversation_id, :user, 'elsewhere', :now, :now FROM message WHERE sender = 'ai'
""")


ASKED = text("""
    INSERT INTO message (conversation_id, sender, content, timestamp)
    SELECT id, 'ai', '', created_at FROM conversation WHERE user_id = :user
""")
RUNNING = text("""
    INSERT INTO generation (message_id, conversation_id, user_id, owner, started_at,
                            running_conversation_id, beat)
    SELECT message.id, conversation.id, :user, :owner, :now, conversation.id, 0
    FROM conversation JOIN message ON message.conversation_id = conversation.id
    WHERE conversation.user_id = :user
""")
PROCESS = text("""
    INSERT INTO process (owner, beat, version, started_at) VALUES (:owner, 0, '', :now)
""")


class Rows:
    """Writes into the database of a server that rests."""

    def __init__(self, database_url: str) -> None:
        self.engine = create_engine(make_url(database_url))
        self._is_mysql = self.engine.dialect.name == "mysql"
        self._said = 0
        columns = inspect(self.engine).get_columns("message")
        self._keeps_estimates = any(column["name"] == "tokens" for column in columns)

    def add_messages(self, conversation_ids: list[int], count: int, content: str = CONTENT) -> None:
        """As many messages in each of the conversations, user and AI by turns."""
        with self.engine.begin() as connection:
            self.allow(connection, count)
            for conversation in conversation_ids:
                base = connection.execute(text(NEWEST)).scalar_one()
                where = {"count": count, "conversation": conversation}
                connection.execute(MESSAGES, {**where, "base": base, "content": content})
                if self._keeps_estimates:  # not so a version before
                    estimate = {"tokens": estimate_tokens(content), "conversation": conversation}
                    connection.execute(ESTIMATED, estimate)
                connection.execute(text(COUNTED), where)
        self._refresh_statistics()

    def add_said(self, user_id: int, contents: Sequence[str], is_read: bool = False) -> None:
        """A conversation of these messages, each said some time after the one before, also of
        another conversation. `is_read`: the index of the search has them."""
        with self.engine.begin() as connection:
            begun = {"user": user_id, "at": self._next_time()}
            conversation = connection.execute(CONVERSATION, begun).lastrowid
            its = {"conversation": conversation, "state": 1 if is_read else None}
            made = [
                {**its, "sender": sender, "content": content, "at": self._next_time()}
                for sender, content in zip(cycle(("user", "ai")), contents, strict=False)
            ]
            connection.execute(SAID, made)

    def unread(self) -> int:
        """How many messages the index of the search lacks."""
        with self.engine.connect() as connection:
            return int(connection.execute(UNREAD).scalar_one())

    def add_conversations(self, user_id: int, count: int) -> None:
        """As many empty conversations of a user."""
        owned = OWNED.replace('"', "`") if self._is_mysql else OWNED
        with self.engine.begin() as connection:
            self.allow(connection, count)
            connection.execute(CONVERSATIONS, {"user": user_id, "count": count})
            connection.execute(text(owned), {"user": user_id, "count": count})
        self._refresh_statistics()

    def add_ended_generations(self, user_id: int) -> int:
        """For every reply there is, the run that has just ended it; the newest one's id."""
        with self.engine.begin() as connection:
            now = datetime.now(UTC).replace(tzinfo=None)
            connection.execute(ENDED, {"user": user_id, "now": f"{now:%Y-%m-%d %H:%M:%S.%f}"})
            found = connection.execute(text("SELECT max(id) FROM generation"))
            return int(found.scalar_one())

    def add_running(self, user_id: int, owner: str) -> None:
        """In every conversation of a user, which is empty, a reply that a process runs."""
        where = {"user": user_id, "owner": owner, "now": self._next_time()}
        with self.engine.begin() as connection:
            connection.execute(ASKED, where)
            connection.execute(PROCESS, where)
            connection.execute(RUNNING, where)
        self._refresh_statistics()

    def close(self) -> None:
        self.engine.dispose()

    def _next_time(self) -> str:
        self._said += 1
        return f"{BEGUN + STEP * self._said:%Y-%m-%d %H:%M:%S.%f}"

    def _refresh_statistics(self) -> None:
        """MySQL does it by itself, some seconds later: until then it takes the table for empty."""
        if self._is_mysql:
            with self.engine.connect() as connection:
                connection.execute(text("ANALYZE TABLE message, conversation, generation")).close()

    def allow(self, connection: Connection, count: int) -> None:
        """Let a statement of this connection count so far."""
        if self._is_mysql:
            deep = text("SET SESSION cte_max_recursion_depth = :depth")
            connection.execute(deep.bindparams(bindparam("depth", count + 1)))
