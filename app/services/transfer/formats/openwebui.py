"""Open WebUI: a list of chats, each a history of messages by id, or in old ones a list of them."""

import html
import re
from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchivedFile, ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.formats.fields import content_of, keys, listed, mapping, word

SOURCE: ArchiveSource = "openwebui"
NOT_ONE = "not_an_object"
DETAILS, DETAILS_END = re.compile(r'<details type="(\w+)"[^>]*>'), "</details>"
SUMMARY = re.compile(r"\s*<summary>[^<]*</summary>")
TOOLS = {"tool_calls", "code_interpreter"}


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a chat of Open WebUI's."""
    return "chat" in value or "messages" in mapping(value.get("history"))


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem."""
    chat = value.get("chat") if "chat" in value else value
    if not isinstance(chat, dict) or not ("history" in chat or "messages" in chat):
        raise UnreadableItem("no_chat")
    history = mapping(chat.get("history"))
    messages: list[tuple[Any, Any]] = [*mapping(history.get("messages")).items()]
    draft = ConversationDraft(
        SOURCE,
        texts.key(value.get("id")),
        value.get("title") or chat.get("title"),
        texts.text(mapping(chat.get("params")).get("system") or chat.get("system")),
        created=value.get("created_at") or chat.get("timestamp") or value.get("timestamp"),
        updated=value.get("updated_at"),
        current=texts.key(history.get("currentId")),
    )
    if not messages:
        draft.chained = True
        messages = [(mapping(each).get("id"), each) for each in listed(chat.get("messages"))]
    for id, each in messages:
        if isinstance(each, dict):
            draft.messages.append(_message(draft, texts.key(id), each, files))
        else:
            draft.notes["bad_node"] += 1
    return conversation_of(draft)


def _message(
    draft: ConversationDraft, id: str | None, told: dict[str, Any], files: ArchivedFiles
) -> DraftMessage:
    role = word(told.get("role"))
    message = DraftMessage(
        id,
        None,
        parent=texts.key(told.get("parentId")),
        children=keys(told.get("childrenIds")),
        time=told.get("timestamp"),
    )
    content = content_of(told.get("content"), files)
    draft.notes.update(content.notes)
    message.text = content.text
    message.files = content.files + [
        file for each in listed(told.get("files")) if (file := _file(mapping(each), files))
    ]
    if role == "user":
        message.sender = "user"
    elif role == "assistant":
        message.sender = "ai"
        message.text, message.reasoning, tools = _without_details(message.text)
        message.reasoning = content.reasoning or message.reasoning or _thought(told.get("output"))
        message.model = texts.model(told.get("model"), told.get("modelName"))
        draft.notes["tool"] += tools
        if told.get("error"):
            message.status = "failed"
        elif told.get("done") is False:
            message.status = "interrupted"
    else:
        message.dropped = role if role in {"system", "tool"} else "unknown_role"
        if role == "system":
            draft.system = draft.system or message.text
        message.files = []
    return message


def _without_details(text: str) -> tuple[str, str, int]:
    """What was said, what was thought before, and how many calls of tools stood in it."""
    said: list[str] = []
    thought: list[str] = []
    tools = at = 0
    while found := DETAILS.search(text, at):
        end = text.find(DETAILS_END, found.end())
        if end < 0:
            break
        said.append(text[at : found.start()])
        inner = SUMMARY.sub("", text[found.end() : end], count=1)
        at = end + len(DETAILS_END)
        if found[1] == "reasoning":
            lines = html.unescape(inner).strip().splitlines()
            thought.append("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines))
        elif found[1] in TOOLS:
            tools += 1
        else:
            said.append(text[found.start() : at])
            continue
        if text.startswith("\n", at):
            at += 1
    said.append(text[at:])
    return "".join(said).strip("\n") if at else text, "\n\n".join(filter(None, thought)), tools


def _thought(output: Any) -> str:
    """What was thought, where the parts of a reply are told one by one."""
    thought: list[str] = []
    for each in map(mapping, listed(output)):
        if each.get("type") == "reasoning":
            parts = listed(each.get("content")) or listed(each.get("summary"))
            thought += [texts.text(mapping(part).get("text")) for part in parts]
    return "\n\n".join(filter(None, thought))


def _file(told: dict[str, Any], files: ArchivedFiles) -> ArchivedFile | None:
    kind, inner = word(told.get("type")), mapping(told.get("file"))
    name = told.get("name") or inner.get("filename")
    if kind == "image":
        return files.by_url(told.get("url"), name)
    if kind not in {"file", "doc"}:
        return None
    text = texts.text(mapping(inner.get("data")).get("content"))
    return files.of_text(text, name) if text else files.by_url(None, name)
