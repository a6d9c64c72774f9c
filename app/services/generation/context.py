"""Which part of a conversation a model is shown, by estimates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, case, func, select, type_coerce

from app.database import table_of
from app.engines.index import along
from app.engines.prepared import Prepared, PreparedIn
from app.models import (
    Conversation,
    Message,
    ModelWindow,
    PromptText,
    utc_now,
)
from app.services.generation.attached import NO_FILES, Files, files_of
from app.services.generation.prompt import Said, fitted, with_system
from app.services.messages.contexts import Unsent, hash_of, left_out
from app.services.messages.cursor import MAX_ID
from app.services.messages.estimate import CHARACTERS_PER_TOKEN, MESSAGE_TOKENS, estimate_tokens
from app.services.messages.tree import PATH_INDEX, has_deletions, how_many_deleted, shown
from app.services.upstream.types import Prompt

PAGE = 40
MOST_OF_A_PAGE = 1_000
SHORT_TOKENS = 500
"""What is longer is read only once it is known that it may fit."""
HIDDEN_MAX = 1_000
"""Of other versions no more are counted: there may be any number of them."""

_message = table_of(Message)
_window = table_of(ModelWindow)
_text = table_of(PromptText)
_conversation = table_of(Conversation)

_of_it = bindparam("in_conversation", type_=_message.c.id.type)

# As kept with the message, else what no text of its length is estimated below.
_least = func.coalesce(
    _message.c.tokens, MESSAGE_TOKENS + func.char_length(_message.c.content) // CHARACTERS_PER_TOKEN
)
_learned = (
    select(_window.c.tokens)
    .where(
        _window.c.user_id == bindparam("of_user", type_=_window.c.user_id.type),
        _window.c.model_key == bindparam("of_model", type_=_window.c.model_key.type),
        _window.c.expires_at > bindparam("now", type_=_window.c.expires_at.type),
    )
    .scalar_subquery()
)
_known_text = (
    select(_text.c.id)
    .where(
        _text.c.user_id == bindparam("of_user", type_=_text.c.user_id.type),
        _text.c.hash == bindparam("prompt_hash", type_=_text.c.hash.type),
    )
    .scalar_subquery()
)
_counted = (
    select(_conversation.c.message_count).where(_conversation.c.id == _of_it).scalar_subquery()
)
_hidden = select(_message.c.id).where(_message.c.conversation_id == _of_it, _message.c.active == 0)
# All of them only where some were deleted: these are among the first thousand as well.
_how_many_hidden = case(
    (has_deletions(_of_it), select(func.count()).select_from(_hidden.subquery()).scalar_subquery()),
    else_=select(func.count()).select_from(_hidden.limit(HIDDEN_MAX).subquery()).scalar_subquery(),
)
_said = along(
    select(
        type_coerce(_message.c.sender, String).label("sender"),
        case((_least <= SHORT_TOKENS, _message.c.content)).label("content"),
        _message.c.tokens,
        _least.label("least"),
        _message.c.id,
        _message.c.attachments,
    )
    .where(
        shown(_of_it),
        _message.c.id < bindparam("below"),
    )
    .order_by(_message.c.id.desc())
    .limit(bindparam("most")),
    _message,
    PATH_INDEX,
)
_NEWEST = Prepared(
    _said.add_columns(
        _learned.label("window"),
        _known_text.label("prompt_id"),
        _counted.label("counted"),
        (_how_many_hidden - how_many_deleted(_of_it)).label("hidden"),
    )
)
_OLDER = Prepared(_said)
_LONG = PreparedIn(
    _message.c.id.type,
    lambda ids: select(_message.c.id, _message.c.content).where(_message.c.id.in_(ids)),
)


@dataclass(frozen=True, slots=True)
class Past:
    """What a prompt is made of: a conversation down to a message, with its system prompt, for a
    user's model, which is known by its key.

    `uncounted`: how many messages that is more than the conversation's `message_count` says.
    `pictures`: how many may be sent, None: the model takes none. `draft`: a question that is not
    stored, after the last message, and `draft_files` the rows of its files.
    """

    conversation_id: int
    last_message_id: int
    system_prompt: str | None
    user_id: int
    model_key: bytes
    uncounted: int = 0
    pictures: int | None = None
    draft: str | None = None
    draft_files: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A prompt, and what of the past it holds: so many messages, the first of them, what was left
    out, and about how many tokens that is. `prompt_id`: of its system prompt, where that is kept;
    `pictures`: as of its `Past`; `has_files`: some of its messages hold some.
    """

    prompt: Prompt
    messages: int
    first_message_id: int | None
    last_message_id: int
    left_out: Unsent
    tokens: int
    prompt_id: int | None
    pictures: int | None = None
    has_files: bool = False


class Newest(NamedTuple):
    """The messages worth reading, newest first, those passed over between them, the budget, the id
    of the system prompt's text, how many messages the conversation counts, and how many more it has
    in versions that are not shown."""

    rows: list[Said]
    passed: list[int]
    budget: int
    prompt_id: int | None
    counted: int
    hidden: int


def read_prompt(connection: Connection, past: Past, budget: int) -> Outgoing:
    """The prompt for a reply: as much of the past as `budget` tokens hold, and as the model has
    been found to take."""
    newest = _newest(connection, past, budget)
    rows = newest.rows
    if long := [row[4] for row in rows if row[1] is None]:
        texts = {row.id: row.content for row in _LONG.all(connection, long)}
        rows = [
            (row[0], texts.get(row[4], ""), *row[2:]) if row[1] is None else row for row in rows
        ]
    said = rows[::-1]
    files = NO_FILES
    if holding := [row[4] for row in said if row[5]]:
        said, files = _with_files(connection, past, said, holding, newest.budget)
    kept, tokens = fitted(said, past.system_prompt, newest.budget)
    return _outgoing(past, newest, said, kept, tokens, files)


def _with_files(
    connection: Connection, past: Past, said: list[Said], holding: list[int], budget: int
) -> tuple[list[Said], Files]:
    """The messages with the tokens of their files, and these."""
    draft = (MAX_ID, past.draft_files) if past.draft_files else None
    stored = [id for id in holding if id != MAX_ID]
    files = files_of(connection, stored, draft, budget, past.pictures)
    longer: list[Said] = []
    for row in said:
        if held := files.get(row[4]):
            tokens = (row[2] or estimate_tokens(row[1])) + sum(file.tokens for file in held)
            row = (row[0], row[1], tokens, tokens, *row[4:])
        longer.append(row)
    return longer, files


def _outgoing(
    past: Past,
    newest: Newest,
    said: list[Said],
    kept: Sequence[Said],
    tokens: int,
    files: Files,
) -> Outgoing:
    first = next((row[4] for row in kept if row[0] == "user"), MAX_ID)
    failed = [row[4] for row in said if not row[1] and row[0] != "user" and row[4] > first]
    over = newest.passed
    if len(kept) < len(said):
        ids = {row[4] for row in kept}.union(failed)
        over = sorted([*over, *[row[4] for row in said if row[4] not in ids]])
    over = [id for id in over if id > first]
    # Of those that were kept, neither failed replies nor answers before the first question.
    messages = sum([bool(row[1]) or row[0] == "user" for row in kept if row[4] >= first])
    before = newest.counted + past.uncounted - messages - len(failed)
    return Outgoing(
        with_system(past.system_prompt, kept, files),
        messages,
        None if first == MAX_ID else first,
        past.last_message_id,
        left_out(before, over, failed, newest.hidden),
        tokens,
        newest.prompt_id,
        past.pictures,
        bool(files),
    )


def _newest(connection: Connection, past: Past, budget: int) -> Newest:
    """The messages worth reading; the newest question always is, whatever its length.

    Judged by what is kept of them, else by their length alone: a text has at least one token per
    four characters, and reading megabytes only to leave them out would delay everybody.
    """
    values = {
        "in_conversation": past.conversation_id,
        "of_user": past.user_id,
        "of_model": past.model_key,
        "now": utc_now(),
        "prompt_hash": hash_of(past.system_prompt),
    }
    kept: list[Said] = []
    if past.draft is not None:
        tokens = estimate_tokens(past.draft)
        kept.append(("user", past.draft, tokens, tokens, MAX_ID, len(past.draft_files)))
    passed: list[int] = []
    prompt_id, counted, hidden = None, 0, 0
    below, most = past.last_message_id + 1, PAGE
    rows = _NEWEST.tuples(connection, {**values, "below": below, "most": most})
    if rows:
        *_, window, prompt_id, counted, hidden = rows[0]
        # Of what is being purged some is gone that counts as deleted still.
        hidden = min(max(0, int(hidden)), HIDDEN_MAX)
        budget = budget if window is None else min(budget, window)
    while True:
        kept += rows
        is_full = False
        tokens = _least_tokens(kept)
        if tokens > budget:
            tried = kept
            kept, is_full = _fitting(kept, budget)
            fitting = {row[4] for row in kept}
            passed += [row[4] for row in tried if row[4] not in fitting]
            tokens = _least_tokens(kept)
        if is_full or len(rows) < most:
            return Newest(kept, passed, budget, prompt_id, counted, hidden)
        below = rows[-1][4]
        # As many as there is room for, if they are like those before.
        most = min(max(PAGE, (budget - tokens) * len(kept) // tokens), MOST_OF_A_PAGE)
        rows = _OLDER.tuples(connection, {**values, "below": below, "most": most})


def _least_tokens(rows: list[Said]) -> int:
    return sum([row[3] for row in rows])


def _fitting(rows: list[Said], budget: int) -> tuple[list[Said], bool]:
    """Of rows, newest first, those that may fit, and whether older ones cannot.

    A question that got no answer is passed over where it is too long: it may have been refused for
    just that.
    """
    kept: list[Said] = []
    tokens, has_question, answered = 0, False, False
    for row in rows:
        sender, content, _, least, *_ = row
        more, is_question = tokens + least, sender == "user"
        skipped = more > budget and has_question
        if skipped and (answered or not is_question):
            return kept, True
        if not skipped:
            kept.append(row)
            tokens = more
        has_question = has_question or is_question
        answered = not is_question and content != ""
    return kept, False
