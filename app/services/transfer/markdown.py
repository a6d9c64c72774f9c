"""A conversation as Markdown, to be read by people."""

import re
from datetime import UTC, datetime

from app.errors import Language, error_by_code
from app.services.transfer.rows import TransferredConversation, TransferredMessage

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "begun": "开始时间",
        "used": "最后消息",
        "exported": "导出时间",
        "user": "你",
        "ai": "模型",
        "generating": "导出时回复尚未写完",
        "stopped": "回复已被停止",
        "file": "附件",
        "interrupted": "回复未写完：{why}",
        "failed": "没有回复：{why}",
        "length": "回复因长度上限被截断",
    },
    "en": {
        "begun": "Begun",
        "used": "Last message",
        "exported": "Exported",
        "user": "You",
        "ai": "Model",
        "generating": "The reply was still being written when this was exported",
        "stopped": "The reply was stopped",
        "file": "File",
        "interrupted": "The reply broke off: {why}",
        "failed": "There is no reply: {why}",
        "length": "The reply was cut off at its greatest length",
    },
}
SPECIAL = re.compile(r"([\\`*_\[\]<>#])")
FENCE = re.compile(r"^(`{3,}|~{3,})(.*)$", re.MULTILINE)
"""Code fences that begin in the first column (CommonMark §4.5): one inside a list ends with it."""
CLOSING = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*$", re.MULTILINE)


def heading(conversation: TransferredConversation, now: datetime, language: Language) -> str:
    """The title, and when the conversation was begun, last used and exported."""
    words = WORDS[language]
    return (
        f"# {_plain(conversation.title)}\n\n"
        f"- {words['begun']}: {_time(conversation.created_at)}\n"
        f"- {words['used']}: {_time(conversation.updated_at)}\n"
        f"- {words['exported']}: {_time(now)}\n"
    )


def section(message: TransferredMessage, language: Language) -> str:
    """A message under the name of who said it; what a model thought is left out."""
    words = WORDS[language]
    who = words["user"] if message.sender == "user" else message.model_name or words["ai"]
    parts = [f"\n## {_plain(who)}", f"*{_time(message.said_at)}*"]
    if message.files:
        names = (f"- {words['file']}: {_plain(name)}" for name in message.files)
        parts.append("\n".join(names))
    if message.content:
        parts.append(_with_closed_code(message.content))
    if ending := _ending(message, words, language):
        parts.append(f"> *{ending}*")
    return "\n\n".join(parts) + "\n"


def _ending(message: TransferredMessage, words: dict[str, str], language: Language) -> str:
    """What is to be said of a reply that is not whole."""
    if message.status == "complete":
        return words["length"] if message.finish_reason == "length" else ""
    why = error_by_code(message.error_code).text(language) if message.error_code else ""
    return words[message.status].format(why=why)


def _with_closed_code(text: str) -> str:
    """The text as it is; a code block left open is closed, or it would take in all that follows."""
    text = text.rstrip()
    place = 0
    while opening := FENCE.search(text, place):
        fence, info = opening.groups()
        place = opening.end()
        if fence[0] == "`" and "`" in info:
            continue  # code within a line
        closed = next((c for c in CLOSING.finditer(text, place) if c[1].startswith(fence)), None)
        if closed is None:
            return f"{text}\n{fence}"
        place = closed.end()
    return text


def _plain(text: str) -> str:
    """A text on one line in which nothing is Markdown."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
