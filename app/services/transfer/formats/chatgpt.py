"""ChatGPT: a list of conversations, each a mapping of nodes by id; the files lie beside it."""

import re
from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.formats.fields import MessageContent, keys, listed, mapping, word

SOURCE: ArchiveSource = "chatgpt"
NOT_ONE = "not_an_object"
HIDDEN_KINDS = {"user_editable_context", "model_editable_context"}
_POINTER = re.compile(r"[a-z-]+://([\w-]+)")
_MARKS = re.compile("\ue200[^\ue200\ue201]{0,500}\ue201")
"""Places for what only ChatGPT's own page can draw."""


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a conversation of ChatGPT's."""
    return "mapping" in value or {"conversation_id", "create_time"} <= value.keys()


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem."""
    nodes = value.get("mapping")
    if not isinstance(nodes, dict):
        raise UnreadableItem("no_mapping")
    draft = ConversationDraft(
        SOURCE,
        texts.key(value.get("conversation_id")) or texts.key(value.get("id")),
        value.get("title"),
        created=value.get("create_time"),
        updated=value.get("update_time"),
        current=texts.key(value.get("current_node")),
    )
    for id, node in nodes.items():
        if isinstance(node, dict):
            draft.messages.append(_message(draft, id, node, value.get("default_model_slug"), files))
        else:
            draft.notes["bad_node"] += 1
    return conversation_of(draft)


def _message(
    draft: ConversationDraft, id: str, node: dict[str, Any], model: Any, files: ArchivedFiles
) -> DraftMessage:
    told = mapping(node.get("message"))
    metadata, content = mapping(told.get("metadata")), mapping(told.get("content"))
    role, dropped = _role(told, metadata, content)
    message = DraftMessage(
        texts.key(id),
        {"user": "user", "assistant": "ai"}.get(role),  # type: ignore[arg-type]
        dropped,
        texts.key(node.get("parent")),
        keys(node.get("children")),
        time=told.get("create_time"),
    )
    if dropped is not None:
        message.sender = None
    if dropped == "thoughts":
        thoughts = (mapping(each).get("content") for each in listed(content.get("thoughts")))
        message.reasoning = "\n\n".join(filter(None, map(texts.text, thoughts)))
    elif dropped == "tool":
        _draw(draft, message, _content(content, metadata, files))
    elif dropped in {None, "system"}:
        held = _content(content, metadata, files)
        draft.notes.update(held.notes)
        message.text, message.files = held.text, held.files
        message.model = (
            texts.model(metadata.get("model_slug"), model) if role == "assistant" else None
        )
        if dropped == "system":
            draft.system = draft.system or message.text
    return message


def _draw(draft: ConversationDraft, message: DraftMessage, held: MessageContent) -> None:
    """Pictures that a tool made are of the reply; nothing else of a tool is shown."""
    if drawn := [file for file in held.files if file.spool]:
        message.sender, message.dropped, message.files = "ai", None, drawn
        draft.notes["tool"] += 1


def _role(
    told: dict[str, Any], metadata: dict[str, Any], content: dict[str, Any]
) -> tuple[str, str | None]:
    """Who said it, and why it is dropped if it is."""
    if not told:
        return "", None
    kind, author = word(content.get("content_type")), told.get("author")
    role = word(mapping(author).get("role"))
    if metadata.get("is_visually_hidden_from_conversation") or kind in HIDDEN_KINDS:
        return role, "hidden"
    if not isinstance(author, dict):
        return role, "no_author"
    if role in {"tool", "system"}:
        return role, role
    if kind == "thoughts":
        return role, "thoughts"
    if kind == "reasoning_recap":
        return role, "recap"
    if word(told.get("recipient")) not in {"", "all"}:
        return role, "tool_call"
    return role, None if role in {"user", "assistant"} else "unknown_role"


def _content(
    content: dict[str, Any], metadata: dict[str, Any], files: ArchivedFiles
) -> MessageContent:
    held = MessageContent()
    names: dict[str, Any] = {}
    for each in map(mapping, listed(metadata.get("attachments"))):
        if (id := texts.key(each.get("id"))) is not None:
            names[id] = each.get("name")
    seen: set[str] = set()
    parts = listed(content.get("parts"))
    if not parts and isinstance(content.get("text"), str):
        parts = [_fenced(content)]
    for part in parts:
        if isinstance(part, str):
            held.said.append(_cited(texts.text(part), metadata))
        elif isinstance(part, dict):
            _take(held, part, names, seen, files)
    for id, name in names.items():
        if id not in seen:
            held.files.append(files.by_id(id, name))
    return held


def _take(
    held: MessageContent,
    part: dict[str, Any],
    names: dict[str, Any],
    seen: set[str],
    files: ArchivedFiles,
) -> None:
    if part.get("content_type") == "audio_transcription":
        held.said.append(texts.text(part.get("text")))
        return
    pointers = [
        part.get("asset_pointer"),
        mapping(part.get("audio_asset_pointer")).get("asset_pointer"),
    ]
    ids = [found[1] for each in pointers if (found := _POINTER.match(texts.text(each)))]
    if not ids:
        held.notes["unknown_part"] += 1
    for id in ids:
        if id not in seen:
            seen.add(id)
            held.files.append(files.by_id(id, names.get(id)))


def _fenced(content: dict[str, Any]) -> str:
    if content.get("content_type") != "code":
        return texts.text(content["text"])
    language = texts.line(content.get("language"), 20)
    return f"```{'' if language == 'unknown' else language}\n{texts.text(content['text'])}\n```"


def _cited(text: str, metadata: dict[str, Any]) -> str:
    """The text with links where its sources are only pointed at."""
    places: list[tuple[int, int, str]] = []
    for cited in map(mapping, listed(metadata.get("citations"))):
        source = mapping(cited.get("metadata"))
        begin, end = cited.get("start_ix"), cited.get("end_ix")
        if isinstance(begin, int) and isinstance(end, int) and 0 <= begin < end:
            mark, link = text[begin:end], _link(source.get("title"), source.get("url"))
            if link and mark[:1] == "【" and mark[-1:] == "】":
                places.append((begin, end, link))
    for told in map(mapping, listed(metadata.get("content_references"))):
        begin, end, matched = told.get("start_idx"), told.get("end_idx"), told.get("matched_text")
        if isinstance(begin, int) and isinstance(end, int) and 0 <= begin < end:
            if texts.text(matched).strip() and text[begin:end] == matched:
                places.append((begin, end, texts.text(told.get("alt"))))
    pieces: list[str] = []
    at = 0
    for begin, end, instead in sorted(places):
        if begin >= at:
            pieces += [text[at:begin], instead]
            at = end
    return _MARKS.sub("", "".join([*pieces, text[at:]]))


def _link(title: Any, url: Any) -> str:
    address = texts.text(url)
    if not address.startswith(("https://", "http://")) or re.search(r"[\s()<>]", address):
        return ""
    name = texts.line(title, 200).translate(str.maketrans("[]", "()")) or address
    return f"([{name}]({address}))"
