"""Histories that nobody had the time to type."""

from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, update

from app.models import Conversation, Message


def fill(
    connection: Connection, conversation_id: int, count: int, after: int | None = None
) -> None:
    """A straight history of questions and answers, as the server keeps it; after a message where
    there is one."""
    now = datetime.now(UTC)
    first = (connection.execute(select(func.max(Message.id))).scalar() or 0) + 1
    rows = [
        {
            "id": first + number,
            "conversation_id": conversation_id,
            "sender": "ai" if number % 2 else "user",
            "content": f"Message number {number + 1}." + " It has **more** to say." * (number % 7),
            "timestamp": now,
            "parent_id": first + number - 1 if number else after,
        }
        for number in range(count)
    ]
    connection.execute(insert(Message), rows)
    counted = update(Conversation).where(Conversation.id == conversation_id)
    connection.execute(counted.values(message_count=Conversation.message_count + count))
