"""From what a format reads to a conversation in the one form: the rules for all formats. No I/O.

What is not shown is dropped, and what follows it moves up; a chain of replies without a fork is one
reply; parents come before their children whatever the times say.
"""

from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from app.services.conversations.title_text import first_words
from app.services.transfer import texts
from app.services.transfer.archive import (
    SYSTEM_CHARACTERS,
    ArchivedFile,
    ArchivedItem,
    ArchivedMessage,
)
from app.services.transfer.draft import ConversationDraft, DraftMessage
from app.services.transfer.tree import Parents, downward, parents_of, unique
from app.utils.visible import has_visible

UNTITLED = "新对话"

type ArchivedConversation = tuple[ArchivedItem, list[ArchivedMessage]]
type Rank = tuple[datetime, bool, int]
"""When it was said, whether that is a guess, and where it stands in the file."""


@dataclass(slots=True)
class _Said:
    """What becomes one message: several of the export, where they are one reply."""

    key: str
    parent: int | None
    rank: Rank
    parts: list[DraftMessage] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    files: list[ArchivedFile] = field(default_factory=list)


def conversation_of(draft: ConversationDraft) -> ArchivedConversation:
    """A conversation and its messages in order, or that it has none."""
    messages, keys = unique(draft)
    for message in messages:
        if message.sender is not None and _is_empty(message):
            message.sender, message.dropped = None, "empty"
        if message.sender is None and message.dropped:
            draft.notes[message.dropped] += 1
    parents = parents_of(draft, messages)
    now = texts.now()
    ranks = _ranks(draft, messages, now)
    heads, said = _joined(draft, messages, keys, parents, ranks)
    item = ArchivedItem(draft.source, "found", source_id=draft.id)
    if not said:
        item.result, item.why = "skipped", "no_messages"
        item.key = draft.id or texts.hashed()
        item.notes = _notes(draft)
        return item, []
    shown = _path(draft, messages, parents, heads, said)
    order = _in_order(said)
    told = [_told(said[place], place in shown) for place in order]
    at = {place: position for position, place in enumerate(order)}
    for each, place in zip(told, order, strict=True):
        parent = said[place].parent
        each.parent = None if parent is None else at[parent]
    item.key = draft.id or texts.hashed(*(mark for each in told for mark in _marks(each)))
    item.title = texts.title(draft.title) or _title_of(told)
    item.system_prompt = draft.system[:SYSTEM_CHARACTERS]
    times = [rank[0] for rank in ranks if not rank[1]] or [ranks[0][0]]
    item.created_at = texts.moment(draft.created, now) or min(times)
    item.updated_at = texts.moment(draft.updated, now) or max(*times, item.created_at)
    item.messages = len(told)
    item.notes = _notes(draft)
    return item, told


def _is_empty(message: DraftMessage) -> bool:
    return not (message.files or message.status == "failed" or has_visible(message.text))


def _notes(draft: ConversationDraft) -> dict[str, int]:
    return {note: count for note, count in draft.notes.items() if count}


def _ranks(draft: ConversationDraft, messages: list[DraftMessage], now: datetime) -> list[Rank]:
    """A message that tells no time has the conversation's; in one that tells none either, it comes
    after those that do."""
    times = [texts.moment(message.time, now) for message in messages]
    told = [time for time in times if time is not None]
    given = texts.moment(draft.created, now) or texts.moment(draft.updated, now)
    instead = given or (max(told) if told else now)
    return [(time or instead, time is None, place) for place, time in enumerate(times)]


def _joined(
    draft: ConversationDraft,
    messages: list[DraftMessage],
    keys: list[str],
    parents: Parents,
    ranks: list[Rank],
) -> tuple[list[int | None], dict[int, _Said]]:
    """Into which message each went, or which is the nearest above it, and all that there are."""
    order = downward(parents)
    above: list[int | None] = [None] * len(messages)
    followers = [0] * len(messages)
    nearest: list[int | None] = [None] * len(messages)
    for place in order:
        parent = parents[place]
        above[place] = None if parent is None else nearest[parent]
        nearest[place] = place if messages[place].sender else above[place]
        if messages[place].sender and (up := above[place]) is not None:
            followers[up] += 1
    heads: list[int | None] = [None] * len(messages)
    said: dict[int, _Said] = {}
    for place in order:
        message, up = messages[place], above[place]
        head = None if up is None else heads[up]
        if message.sender is None:
            heads[place] = head
            continue
        is_one = message.sender == "ai" and up is not None and messages[up].sender == "ai"
        if is_one and up is not None and head is not None and followers[up] == 1:
            draft.notes["merged"] += 1
            said[head].key = keys[place]  # so that a reply that has grown is another one
        else:
            said[place] = _Said(keys[place], head, ranks[place])
            head = place
        heads[place] = head
        whole = said[head]
        if message.sender == "ai":
            _carry(messages, parents, place, whole)
        whole.parts.append(message)
        whole.reasoning.append(message.reasoning)
        whole.files.extend(message.files)
    return heads, said


def _carry(messages: list[DraftMessage], parents: Parents, place: int, whole: _Said) -> None:
    """Give a reply what was thought on the way to it, and is not shown by itself."""
    way: list[DraftMessage] = []
    up = parents[place]
    while up is not None and messages[up].sender is None and messages[up].dropped != "taken":
        way.append(messages[up])
        messages[up].dropped = "taken"
        up = parents[up]
    for message in reversed(way):
        whole.reasoning.append(message.reasoning)


def _path(
    draft: ConversationDraft,
    messages: list[DraftMessage],
    parents: Parents,
    heads: list[int | None],
    said: dict[int, _Said],
) -> set[int]:
    """The messages shown: the path to the current one and on to its newest leaf, else to the newest
    leaf of all."""
    current = None
    if draft.current is not None:
        ids = [message.id for message in messages]
        if draft.current in ids:
            current = heads[ids.index(draft.current)]
        else:
            draft.notes["current_unknown"] += 1
    children: dict[int, list[int]] = {place: [] for place in said}
    for place, each in said.items():
        if each.parent is not None:
            children[each.parent].append(place)
    if current is None:
        leaves = (place for place in said if not children[place])
        current = max(leaves, key=lambda place: said[place].rank)
    while children[current]:
        current = max(children[current], key=lambda place: said[place].rank)
    shown = {current}
    while (up := said[current].parent) is not None:
        shown.add(up)
        current = up
    return shown


def _in_order(said: dict[int, _Said]) -> list[int]:
    """All messages, parents first, else by time."""
    children: dict[int, list[int]] = {place: [] for place in said}
    ready: list[tuple[Rank, int]] = []
    for place, each in said.items():
        if each.parent is None:
            ready.append((each.rank, place))
        else:
            children[each.parent].append(place)
    heapify(ready)
    order: list[int] = []
    while ready:
        _, place = heappop(ready)
        order.append(place)
        for child in children[place]:
            heappush(ready, (said[child].rank, child))
    return order


def _told(said: _Said, shown: bool) -> ArchivedMessage:
    content = "\n\n".join(part.text for part in said.parts if part.text)
    status = said.parts[-1].status
    if status == "failed" and has_visible(content):
        status = "interrupted"
    return ArchivedMessage(
        said.key,
        None,
        said.parts[0].sender or "user",
        content,
        said.rank[0],
        shown,
        status,
        "\n\n".join(each for each in said.reasoning if each) or None,
        next((part.model for part in reversed(said.parts) if part.model), None),
        said.files,
    )


def _marks(message: ArchivedMessage) -> list[str]:
    files = [
        file.name + (file.text or (file.spool or "").partition("-")[2]) for file in message.files
    ]
    return [message.sender, message.content, *files]


def _title_of(messages: list[ArchivedMessage]) -> str:
    asked = next((each.content for each in messages if each.sender == "user"), "")
    return texts.title(first_words(asked)) or UNTITLED
