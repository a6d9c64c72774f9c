"""Hugging Face's chat-ui: a list of conversations as its database has them."""

from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchivedFile, ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.formats.fields import keys, listed, mapping

SOURCE: ArchiveSource = "chat-ui"
NOT_ONE = "not_an_object"


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a conversation of chat-ui's."""
    messages = listed(value.get("messages"))
    return "rootMessageId" in value or any("from" in mapping(each) for each in messages[:10])


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem."""
    messages = value.get("messages")
    if not isinstance(messages, list):
        raise UnreadableItem("no_messages")
    draft = ConversationDraft(
        SOURCE,
        texts.key(_plain(value.get("_id") or value.get("id"))),
        value.get("title"),
        texts.text(value.get("preprompt")),
        created=_plain(value.get("createdAt")),
        updated=_plain(value.get("updatedAt")),
    )
    draft.chained = not any("ancestors" in mapping(each) for each in messages)
    for each in messages:
        if isinstance(each, dict):
            draft.messages.append(_message(draft, each, value.get("model"), files))
        else:
            draft.notes["bad_node"] += 1
    _keep_once(draft)
    return conversation_of(draft)


def _keep_once(draft: ConversationDraft) -> None:
    """Its own export names all files of a conversation at each of its messages: the first has
    them."""
    seen: set[str] = set()
    for message in draft.messages:
        message.files = [file for file in message.files if file.spool not in seen]
        seen |= {file.spool for file in message.files if file.spool}


def _message(
    draft: ConversationDraft, told: dict[str, Any], model: Any, files: ArchivedFiles
) -> DraftMessage:
    message = DraftMessage(
        texts.key(told.get("id")),
        None,
        parent=next(iter(keys(told.get("ancestors"))[-1:]), None),
        children=keys(told.get("children")),
        time=_plain(told.get("createdAt")),
        text=texts.text(told.get("content")),
    )
    match told.get("from"):
        case "user":
            message.sender = "user"
        case "assistant":
            message.sender = "ai"
            message.reasoning = texts.text(told.get("reasoning"))
            message.model = texts.model(model)
            if told.get("interrupted"):
                message.status = "interrupted"
        case "system":
            message.dropped = "system"
            draft.system = draft.system or message.text
        case _:
            message.dropped = "unknown_role"
    if message.sender is not None:
        message.files = [_file(each, files) for each in listed(told.get("files"))]
    return message


def _file(told: Any, files: ArchivedFiles) -> ArchivedFile:
    if isinstance(told, str):
        return files.by_path(told)
    value, name = texts.text(mapping(told).get("value")), mapping(told).get("name")
    if mapping(told).get("type") == "base64":
        return files.by_base64(value, name)
    return files.by_id(value, name)


def _plain(value: Any) -> Any:
    """A value without the type that MongoDB's own tools write around it."""
    return next(iter(value.values()), None) if isinstance(value, dict) else value
