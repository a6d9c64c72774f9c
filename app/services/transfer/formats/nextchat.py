"""NextChat: a backup of all it keeps in the browser, of which the sessions alone are read.

Beside them lie the keys of its owner: they are passed over as they come.
"""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.entries import ExportEntry, value_of
from app.services.transfer.formats.fields import content_of, listed, mapping
from app.services.transfer.json_values import JsonValues

SOURCE: ArchiveSource = "nextchat"
NOT_ONE = "not_an_object"
STORE, SESSIONS = "chat-next-web-store", "sessions"


def is_whole(keys: Collection[str]) -> bool:
    """Whether an object with these keys is a backup of NextChat's."""
    return STORE in keys


def entries(values: JsonValues, files: ArchivedFiles) -> Iterator[ExportEntry]:
    """Its sessions."""
    for store in values.keys():
        if store != STORE or values.kind() != "start_map":
            continue
        for key in values.keys():
            if key == SESSIONS and values.kind() == "start_array":
                for _ in values.items():
                    yield ExportEntry(partial(_read, values, files), values.skip)


def _read(values: JsonValues, files: ArchivedFiles) -> ArchivedConversation:
    session = value_of(values, NOT_ONE)
    messages = session.get("messages")
    if not isinstance(messages, list):
        raise UnreadableItem("no_messages")
    context = listed(mapping(session.get("mask")).get("context"))
    systems = (each for each in map(mapping, context) if each.get("role") == "system")
    draft = ConversationDraft(
        SOURCE,
        texts.key(session.get("id")),
        session.get("topic"),
        content_of(mapping(next(systems, None)).get("content"), files).text,
        updated=session.get("lastUpdate"),
        chained=True,
    )
    for each in messages:
        if isinstance(each, dict):
            draft.messages.append(_message(draft, each, files))
        else:
            draft.notes["bad_node"] += 1
    return conversation_of(draft)


def _message(draft: ConversationDraft, told: dict[str, Any], files: ArchivedFiles) -> DraftMessage:
    content = content_of(told.get("content"), files)
    draft.notes.update(content.notes)
    message = DraftMessage(
        texts.key(told.get("id")),
        None,
        time=told.get("date"),
        text=content.text,
        reasoning=content.reasoning,
        files=content.files,
    )
    match told.get("role"):
        case "user":
            message.sender = "user"
        case "assistant":
            message.sender = "ai"
            message.model = texts.model(told.get("model"))
            if told.get("isError"):
                message.status = "failed"
            elif told.get("streaming"):
                message.status = "interrupted"
        case "system":
            message.dropped = "system"
            draft.system = draft.system or message.text
        case _:
            message.dropped = "unknown_role"
    return message
