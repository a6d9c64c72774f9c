"""Stored messages as a reply that begins, or that has ended."""

from typing import Any

from sqlalchemy import Connection, Row, select

from app.database import table_of
from app.models import Message
from app.schemas.message import Exchange
from app.services.generation.live_reply import Ending, Opening
from app.services.messages.rows import error_of, left_out_of, usage_of

_message = table_of(Message)


def opening_of(exchange: Exchange, client_id: str | None) -> Opening:
    """The first event of a reply: both messages as they were before its first word."""
    blank = {
        "content": "",
        "status": "generating",
        "finish_reason": None,
        "reasoning": None,
        "usage": None,
        "error": None,
        "cursor": None,
        "left_out": None,
    }
    reply = exchange.reply.model_copy(update=blank)
    return Opening(
        reply.model_dump(mode="json"), exchange.message.model_dump(mode="json"), client_id
    )


def ending_of(row: Row[Any]) -> Ending:
    """How a stored reply ended."""
    return Ending(row.status, row.finish_reason, usage_of(row), error_of(row), left_out_of(row))


def client_id_of(connection: Connection, reply: Row[Any]) -> str | None:
    """The client's own name for the request that a reply answers."""
    sent = select(_message.c.client_id).where(_message.c.id == reply.parent_id)
    client_id = reply.continued_by or reply.client_id or connection.execute(sent).scalar()
    return client_id.decode() if client_id else None
