"""Reading what may be there, and may be of another type."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchivedFile
from app.services.transfer.attachments import ArchivedFiles


def mapping(value: Any) -> dict[str, Any]:
    """An object; whatever is none is empty."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list; whatever is none is empty."""
    return value if isinstance(value, list) else []


def word(value: Any) -> str:
    """A word out of few; whatever is no text is none of them."""
    return value if isinstance(value, str) else ""


def keys(value: Any) -> list[str]:
    """The ids in a list."""
    return [key for key in map(texts.key, listed(value)) if key is not None]


@dataclass(slots=True)
class MessageContent:
    """What a message holds. `notes`: what was dropped of it."""

    said: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    files: list[ArchivedFile] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        """All that was said, part by part."""
        return "\n\n".join(filter(None, self.said))

    @property
    def reasoning(self) -> str:
        """All that was thought before."""
        return "\n\n".join(filter(None, self.thought))


def content_of(value: Any, files: ArchivedFiles) -> MessageContent:
    """A content as the APIs of models have it, and many products with them: a text, or parts."""
    content = MessageContent()
    if not isinstance(value, list):
        content.said.append(texts.text(value))
        return content
    for part in value:
        if isinstance(part, dict):
            _take(content, part, files)
        else:
            content.said.append(texts.text(part))
    return content


def _take(content: MessageContent, part: dict[str, Any], files: ArchivedFiles) -> None:
    kind = word(part.get("type"))
    if kind in {"text", "input_text", "output_text"}:
        text = part.get("text")
        content.said.append(texts.text(mapping(text).get("value", text)))
    elif kind in {"think", "thinking", "reasoning"}:
        told = next((part[name] for name in ("think", "thinking", "text") if part.get(name)), "")
        content.thought.append(texts.text(told))
    elif kind in {"tool_call", "tool_use", "tool_result"}:
        content.notes["tool"] += 1
    elif kind in {"image_url", "image"}:
        image = part.get("image_url", part)
        url = image if isinstance(image, str) else mapping(image).get("url")
        content.files.append(files.by_url(url))
    elif kind in {"file", "image_file"}:
        file = mapping(part.get(kind))
        name = file.get("filename") or file.get("name")
        content.files.append(files.by_url(file.get("file_data") or file.get("url"), name))
    else:
        content.notes["unknown_part"] += 1
