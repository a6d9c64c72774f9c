"""The tree of a conversation: who follows whom, whatever an export says. No I/O.

Messages are meant by their places in the file; a parent of None is no parent.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

from app.services.transfer.draft import ConversationDraft, DraftMessage

type Parents = list[int | None]


def unique(draft: ConversationDraft) -> tuple[list[DraftMessage], list[str]]:
    """The messages without repetitions, and a key of its own for each.

    A message without an id is known by what it says.
    """
    kept: list[DraftMessage] = []
    keys: list[str] = []
    seen: dict[str, set[bytes]] = {}
    used: set[str] = set()
    times: Counter[str] = Counter()
    for message in draft.messages:
        said = _digest(message)
        key = message.id or said.hex()[:32]
        if message.id is not None:
            if said in (known := seen.setdefault(message.id, set())):
                continue
            if known:
                draft.notes["message_id_reused"] += 1
            known.add(said)
        times[key] += 1
        own = key if times[key] == 1 else f"{key}#{times[key]}"
        while own in used:
            times[key] += 1
            own = f"{key}#{times[key]}"
        used.add(own)
        kept.append(message)
        keys.append(own)
    return kept, keys


def parents_of(draft: ConversationDraft, messages: Sequence[DraftMessage]) -> Parents:
    """Whom each message follows: the one it names, else the one that names it, else none; where
    messages are a chain, the one before. Cycles are cut before their first message."""
    places: dict[str, int] = {}
    for place, message in enumerate(messages):
        if message.id is not None:
            places.setdefault(message.id, place)
    namers: dict[str, int] = {}
    for place, message in enumerate(messages):
        for child in message.children:
            if child != message.id:
                namers.setdefault(child, place)
    parents: Parents = []
    for place, message in enumerate(messages):
        parent = places.get(message.parent) if message.parent is not None else None
        if parent is None and message.id in namers:
            parent = namers[message.id]
            draft.notes["parent_from_children"] += 1
        elif parent is None and draft.chained:
            parent = place - 1 if place else None
        elif parent is None and message.parent is not None:
            draft.notes["orphan"] += 1
        parents.append(parent)
    draft.notes["cycle_cut"] += _cut_cycles(parents)
    return parents


def children_of(parents: Parents) -> tuple[list[int], list[list[int]]]:
    """The roots, and the children of each, in the order of the file."""
    roots: list[int] = []
    children: list[list[int]] = [[] for _ in parents]
    for place, parent in enumerate(parents):
        (roots if parent is None else children[parent]).append(place)
    return roots, children


def downward(parents: Parents) -> list[int]:
    """All of them, parents first."""
    order, children = children_of(parents)
    for place in order:
        order.extend(children[place])  # goes on with them
    return order


def _cut_cycles(parents: Parents) -> int:
    cut = 0
    walks = [-1] * len(parents)
    for start in range(len(parents)):
        place: int | None = start
        while place is not None and walks[place] == -1:
            walks[place] = start
            place = parents[place]
        if place is not None and walks[place] == start:
            cycle = [place]
            while (above := parents[cycle[-1]]) is not None and above != place:
                cycle.append(above)
            parents[min(cycle)] = None
            cut += 1
    return cut


def _digest(message: DraftMessage) -> bytes:
    marks = [
        f"{file.name}\0{file.text or (file.spool or '').partition('-')[2]}"
        for file in message.files
    ]
    told = [message.sender or "", message.text, message.reasoning, *marks]
    return hashlib.sha256("\0\0".join(told).encode(errors="replace")).digest()
