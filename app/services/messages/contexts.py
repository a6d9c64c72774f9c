"""What models were sent, as it is written down with the endings of replies, and read again.

`left_out` is JSON: `{"budget": [count, ids], "failed": [count, ids], "hidden": [count, []],
"params": [{name, reason}], "files": [[id, sent as, reason, characters, of characters]]}`, each only
where there is one. Of a prompt's past only the exceptions
after its first message are listed, and no more than LISTED_MAX: what is before is a number, and so
is what is hidden, in versions that are not shown.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, get_args

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import MessageNotFound
from app.models import Message, MessageContext, PromptText
from app.schemas.context import (
    ContextRead,
    LeftOutMessages,
    LeftOutReason,
    MessageContexts,
    SentAttachment,
)
from app.schemas.message import LeftOutRead
from app.schemas.params import read as read_params
from app.services.files.rows import names_of
from app.services.messages.rows import tokens_of

LISTED_MAX = 20
RUNS_MAX = 20
REASONS = get_args(LeftOutReason)

_context = table_of(MessageContext)
_text = table_of(PromptText)
_message = table_of(Message)

_WRITE = Prepared(insert(_context), [column.name for column in _context.columns])
_KEEP = Prepared(insert(_text), ["user_id", "hash", "text"])

Unsent = dict[str, Any]


def hash_of(prompt: str | None) -> bytes | None:
    """What a text of instructions is found by."""
    return sha256(prompt.encode()).digest() if prompt else None


def keep_prompt(connection: Connection, user_id: int, prompt: str) -> int:
    """Keep a text that is not kept yet; its id. Whoever calls holds the user's row, so that nobody
    else keeps the same one."""
    values = {"user_id": user_id, "hash": hash_of(prompt), "text": prompt}
    return _KEEP.insert(connection, values)


def left_out(
    budget: int, budget_ids: Sequence[int], failed_ids: Sequence[int], hidden: int
) -> Unsent:
    """What was left out of a past, with ids in ascending order."""
    left: Unsent = {}
    if budget > 0:
        left["budget"] = [budget, list(budget_ids[-LISTED_MAX:])]
    if failed_ids:
        left["failed"] = [len(failed_ids), list(failed_ids[-LISTED_MAX:])]
    if hidden:
        left["hidden"] = [hidden, []]
    return left


def write_context(
    connection: Connection, message_id: int, run: int, values: dict[str, Any]
) -> None:
    """Write down what a run of a reply was sent."""
    _WRITE.run(connection, {"message_id": message_id, "run": run, **values})


def to_text(value: object) -> str | None:
    """JSON to be stored; None of what is empty."""
    return orjson.dumps(value).decode() if value else None


def left_out_messages(left: Unsent) -> list[LeftOutMessages]:
    """What was left out of a past, as it is answered."""
    return [
        LeftOutMessages(reason=reason, count=left[reason][0], ids=left[reason][1])
        for reason in REASONS
        if reason in left
    ]


def contexts_of(connection: Connection, message_id: int) -> MessageContexts:
    """What was sent for a reply; MessageNotFound where there is no such reply."""
    sender = select(_message.c.sender).where(_message.c.id == message_id)
    if connection.execute(sender).scalar() != "ai":
        raise MessageNotFound(message_id)
    newest = (
        select(_context, _text.c.text)
        .select_from(_context.outerjoin(_text, _text.c.id == _context.c.prompt_id))
        .where(_context.c.message_id == bindparam("its"))
        .order_by(_context.c.run.desc())
        .limit(RUNS_MAX)
    )
    rows = connection.execute(newest, {"its": message_id}).all()
    runs = [_read(connection, row) for row in reversed(rows)]
    return MessageContexts(message_id=message_id, runs=runs)


def _read(connection: Connection, row: Row[Any]) -> ContextRead:
    left: Unsent = orjson.loads(row.left_out) if row.left_out else {}
    files = left.get("files", ())
    names = names_of(connection, [file[0] for file in files]) if files else {}
    return ContextRead(
        run=row.run,
        model_name=row.model_name,
        connection_label=row.connection_label,
        first_message_id=row.first_message_id,
        last_message_id=row.last_message_id,
        messages=row.messages,
        left_out=left_out_messages(left),
        system_prompt=row.text,
        params=read_params(row.params),
        params_left_out=[LeftOutRead(**each) for each in left.get("params", ())],
        estimated_tokens=row.estimated_tokens,
        usage=tokens_of(row),
        attachments=[_sent(file, names) for file in files if file[0] in names] or None,
    )


def _sent(file: list[Any], names: dict[int, str]) -> SentAttachment:
    id, sent_as, reason, characters, of = file
    return SentAttachment(
        id=id,
        name=names[id],
        sent_as=sent_as,
        reason=reason,
        characters=characters,
        of_characters=of,
    )
