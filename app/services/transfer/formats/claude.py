"""Claude: a list of conversations, each with its messages in a list, of blocks; no files' bytes."""

from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.formats.fields import content_of, listed, mapping, word

SOURCE: ArchiveSource = "claude"
NOT_ONE = "not_an_object"
ROOT = "00000000-0000-4000-8000-000000000000"
"""The parent of a first message."""
MEANINGLESS = "unknown_part"
"""Such blocks hold nothing that was said."""


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a conversation of Claude's."""
    return "chat_messages" in value


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem."""
    messages = value.get("chat_messages")
    if not isinstance(messages, list):
        raise UnreadableItem("no_chat_messages")
    draft = ConversationDraft(
        SOURCE,
        texts.key(value.get("uuid")),
        value.get("name"),
        created=value.get("created_at"),
        updated=value.get("updated_at"),
        current=texts.key(value.get("current_leaf_message_uuid")),
    )
    draft.chained = not any("parent_message_uuid" in mapping(each) for each in messages)
    for each in messages:
        if isinstance(each, dict):
            draft.messages.append(_message(draft, each, files))
        else:
            draft.notes["bad_node"] += 1
    return conversation_of(draft)


def _message(draft: ConversationDraft, told: dict[str, Any], files: ArchivedFiles) -> DraftMessage:
    parent = told.get("parent_message_uuid")
    message = DraftMessage(
        texts.key(told.get("uuid")),
        None,
        parent=None if parent == ROOT else texts.key(parent),
        time=told.get("created_at"),
    )
    sender = word(told.get("sender"))
    if sender not in {"human", "assistant"}:
        message.dropped = "unknown_role"
        return message
    message.sender = "user" if sender == "human" else "ai"
    content = content_of(told.get("content") or told.get("text"), files)
    del content.notes[MEANINGLESS]
    draft.notes.update(content.notes)
    message.text, message.reasoning = content.text, content.reasoning
    for each in map(mapping, listed(told.get("attachments"))):
        text = texts.text(each.get("extracted_content"))
        name = each.get("file_name")
        message.files.append(files.of_text(text, name) if text else files.by_id("", name))
    for each in map(mapping, listed(told.get("files"))):
        id = texts.key(each.get("file_uuid")) or ""
        message.files.append(files.by_id(id, each.get("file_name")))
    return message
