"""Lines of chats as models are tuned with: `{"messages": [{"role", "content"}]}`."""

from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.formats.fields import content_of, listed, mapping, word

SOURCE: ArchiveSource = "jsonl"
NOT_ONE = "not_a_chat_line"
DROPPED = {"system": "system", "developer": "system", "tool": "tool", "function": "tool"}


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a chat of messages with roles."""
    return any("role" in mapping(each) for each in listed(value.get("messages"))[:10])


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem."""
    messages = value.get("messages")
    if not isinstance(messages, list):
        raise UnreadableItem(NOT_ONE)
    draft = ConversationDraft(SOURCE, None, chained=True)
    for each in messages:
        if isinstance(each, dict):
            draft.messages.append(_message(draft, each, files))
        else:
            draft.notes["bad_node"] += 1
    return conversation_of(draft)


def _message(draft: ConversationDraft, told: dict[str, Any], files: ArchivedFiles) -> DraftMessage:
    content = content_of(told.get("content"), files)
    message = DraftMessage(None, None, text=content.text, reasoning=content.reasoning)
    role = word(told.get("role"))
    if role in DROPPED:
        message.dropped = DROPPED[role]
        if message.dropped == "system":
            draft.system = draft.system or message.text
        return message
    if role not in {"user", "assistant"}:
        message.dropped = "unknown_role"
        return message
    draft.notes.update(content.notes)
    message.files = content.files
    if role == "user":
        message.sender = "user"
    elif told.get("tool_calls") and not message.text:
        message.dropped = "tool_call"
    else:
        message.sender = "ai"
        thought = told.get("reasoning_content") or told.get("reasoning")
        message.reasoning = message.reasoning or texts.text(thought)
    return message
