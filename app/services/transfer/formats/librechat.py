"""LibreChat: one conversation a file, its messages in a list or inside one another."""

from collections.abc import Iterator
from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchivedFile, ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.formats.fields import content_of, listed, mapping

SOURCE: ArchiveSource = "librechat"
NOT_ONE = "not_an_object"
ROOT = "00000000-0000-0000-0000-000000000000"
"""The parent of a first message."""
THINKING, THINKING_END = ":::thinking\n", "\n:::\n"
"""How old replies hold what was thought."""


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a conversation of LibreChat's."""
    return "conversationId" in value and "messages" in value


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem."""
    if not isinstance(value.get("messages"), list):
        raise UnreadableItem("no_messages")
    draft = ConversationDraft(
        SOURCE,
        texts.key(value.get("conversationId")),
        value.get("title"),
        texts.text(mapping(value.get("options")).get("promptPrefix")),
        created=value.get("createdAt"),
        updated=value.get("updatedAt"),
    )
    for parent, each in _nested(value["messages"]):
        if isinstance(each, dict):
            draft.messages.append(_message(draft, parent, each, files))
        else:
            draft.notes["bad_node"] += 1
    return conversation_of(draft)


def _nested(messages: list[Any]) -> Iterator[tuple[str | None, Any]]:
    """All messages, with the id of the one around each, in the order of the file."""
    waiting: list[tuple[str | None, Any]] = [(None, each) for each in reversed(messages)]
    while waiting:
        parent, each = waiting.pop()
        yield parent, each
        id = texts.key(mapping(each).get("messageId"))
        inner = listed(mapping(each).get("children"))
        waiting.extend((id, child) for child in reversed(inner))


def _message(
    draft: ConversationDraft, around: str | None, told: dict[str, Any], files: ArchivedFiles
) -> DraftMessage:
    parent = texts.key(told.get("parentMessageId"))
    message = DraftMessage(
        texts.key(told.get("messageId")),
        "user" if told.get("isCreatedByUser") else "ai",
        parent=around if parent in {None, ROOT} else parent,
        time=told.get("createdAt"),
    )
    if message.sender == "ai":
        message.model = texts.model(told.get("model"))
        if told.get("error"):
            message.status = "failed"  # its text is what went wrong
            return message
        if told.get("unfinished"):
            message.status = "interrupted"
    content = content_of(told.get("content") or told.get("text"), files)
    draft.notes.update(content.notes)
    message.text, message.reasoning = content.text, content.reasoning
    if message.text.startswith(THINKING) and THINKING_END in message.text:
        thought, _, message.text = message.text.removeprefix(THINKING).partition(THINKING_END)
        message.reasoning, message.text = thought.strip(), message.text.lstrip("\n")
    held = [*listed(told.get("files")), *listed(told.get("attachments"))]
    message.files = content.files + [_file(mapping(each), files) for each in held]
    return message


def _file(told: dict[str, Any], files: ArchivedFiles) -> ArchivedFile:
    text, name = texts.text(told.get("text")), told.get("filename")
    return files.of_text(text, name) if text else files.by_url(told.get("filepath"), name)
