"""The files of a conversation, as its model is sent them.

Pictures go as pictures where the model takes them, the newest so many; documents as text, in their
share of the prompt's room, the newest first. Of whatever is not sent the name is, and why.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection

from app.schemas.context import SentAs, SentAttachment, UnsentReason
from app.services.files.kinds import is_picture
from app.services.files.rows import held_by
from app.services.messages.estimate import estimate_tokens
from app.services.upstream.types import Prompt

DOCUMENTS_SHARE = 2
"""Documents have a half of the prompt's room."""
NAME_TOKENS = 48
"""About as many as a name and what is said with it."""
LEAST_TOKENS = 128
"""With room for less of a document than this, its name alone is sent."""
CUT = "\n[… cut: the first {0:,} of {1:,} characters are here]"
CLOSING = re.compile(r"</(?=file\b)", re.IGNORECASE)
UNSENT: dict[UnsentReason, str] = {
    "vision": "this model takes no pictures",
    "older": "left out, only the newest pictures are sent",
    "budget": "left out, there is no room for it",
    "gone": "left out, it is not there any more",
}


class ReadsParts(Protocol):
    """Where the bytes of files are."""

    async def read_text(self, key: str, characters: int) -> str | None:
        """The first characters of a document; None where it is gone."""

    async def read_as_url(self, key: str, type: str) -> str | None:
        """A picture as a data URI; None where it is gone."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a message, and how it is sent: `characters` of a document's `of_characters`."""

    id: int
    key: str
    name: str
    type: str
    sent_as: SentAs
    tokens: int
    reason: UnsentReason | None = None
    characters: int | None = None
    of_characters: int | None = None

    def unsent(self, reason: UnsentReason) -> "SentFile":
        """The file by its name alone."""
        return replace(self, sent_as="name", reason=reason, tokens=NAME_TOKENS, characters=None)


Files = Mapping[int, Sequence[SentFile]]
"""The files of messages, by the messages' ids."""
NO_FILES: Files = {}
Pieces = list[str | SentFile]
"""What a message says before its files are read: they, then its words, for each of several that
were joined."""


def files_of(
    connection: Connection,
    message_ids: Sequence[int],
    draft: tuple[int, Sequence[Any]] | None,
    budget: int,
    pictures: int | None,
) -> Files:
    """How the files of messages are sent, newest messages first; `draft`: an id above them and the
    rows of its files. `pictures`: so many at most; None: the model takes none."""
    held: dict[int, Sequence[Any]] = {**held_by(connection, message_ids)}
    if draft is not None:
        held[draft[0]] = draft[1]
    room = budget // DOCUMENTS_SHARE
    files: dict[int, list[SentFile]] = {}
    for message_id in sorted(held, reverse=True):
        rows = held[message_id]
        grants, room = _granted([row for row in rows if not is_picture(row.type)], room)
        sent = [_picture(row, pictures) for row in rows if is_picture(row.type)]
        if pictures is not None:
            sent = [f if n < pictures else f.unsent("older") for n, f in enumerate(sent)]
            pictures -= min(pictures, len(sent))
        by_id = {file.id: file for file in sent} | grants
        files[message_id] = [by_id[row.id] for row in rows]
    return files


def _picture(row: Any, pictures: int | None) -> SentFile:
    file = SentFile(row.id, row.hash.hex(), row.name, row.type, "image", row.tokens)
    return file.unsent("vision") if pictures is None else file


def _granted(rows: Sequence[Any], room: int) -> tuple[dict[int, SentFile], int]:
    """Documents of one message, each with an even share of the room, and more where others need
    less; and the room that is left."""
    files: dict[int, SentFile] = {}
    left = len(rows)
    for row in sorted(rows, key=lambda row: row.tokens):
        of = row.characters or 0
        file = SentFile(row.id, row.hash.hex(), row.name, row.type, "text", row.tokens)
        file = replace(file, characters=of, of_characters=of, tokens=row.tokens + NAME_TOKENS)
        share = max(room // left, 0)
        left -= 1
        if file.tokens > share:
            if share < LEAST_TOKENS:
                files[row.id] = file.unsent("budget")
                continue
            some = of * (share - NAME_TOKENS) // row.tokens
            file = replace(file, characters=some, tokens=share)
        room -= file.tokens
        files[row.id] = file
    return files, room


def piece_tokens(content: str | Pieces) -> int:
    """About how many tokens a message is, its files with it."""
    if isinstance(content, str):
        return estimate_tokens(content)
    return sum(estimate_tokens(p) if isinstance(p, str) else p.tokens for p in content)


def joined(first: str | Pieces, second: str | Pieces) -> str | Pieces:
    """Two messages as one."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_pieces(first), *_pieces(second)]


def _pieces(content: str | Pieces) -> Pieces:
    return [content] if isinstance(content, str) else content


def has_pictures(prompt: Prompt) -> bool:
    """Whether a prompt sends a picture as one."""
    return any(file.sent_as == "image" for file in sent_files(prompt))


def sent_files(prompt: Prompt) -> list[SentFile]:
    """All files of a prompt, the newest messages' last."""
    return [
        piece
        for message in prompt
        if not isinstance(message["content"], str)
        for piece in message["content"]
        if isinstance(piece, SentFile)
    ]


def unpictured(prompt: Prompt) -> Prompt:
    """The prompt with the names of its pictures in their place."""
    return [
        message
        if isinstance(message["content"], str)
        else {**message, "content": [_unpictured(piece) for piece in message["content"]]}
        for message in prompt
    ]


def _unpictured(piece: str | SentFile) -> str | SentFile:
    is_sent = isinstance(piece, SentFile) and piece.sent_as == "image"
    return piece.unsent("vision") if isinstance(piece, SentFile) and is_sent else piece


def file_line(file: SentFile) -> list[Any]:
    """A file as it is written down with what was sent: see services/messages/contexts.py."""
    return [file.id, file.sent_as, file.reason, file.characters, file.of_characters]


def sent_attachments(prompt: Prompt) -> list[SentAttachment] | None:
    """The files of a prompt, as they are answered."""
    return [
        SentAttachment(
            id=file.id,
            name=file.name,
            sent_as=file.sent_as,
            reason=file.reason,
            characters=file.characters,
            of_characters=file.of_characters,
        )
        for file in sent_files(prompt)
    ] or None


async def filled(prompt: Prompt, store: ReadsParts) -> tuple[Prompt, set[int]]:
    """The prompt as it goes over the wire, and the ids of files that are gone.

    A message with pictures is a list of parts, its text and then the pictures; any other is a plain
    string, which every server takes.
    """
    gone: set[int] = set()
    whole: Prompt = []
    for message in prompt:
        content = message["content"]
        if not isinstance(content, str):
            content = await _filled(content, store, gone)
        whole.append({**message, "content": content})
    return whole, gone


async def _filled(pieces: Pieces, store: ReadsParts, gone: set[int]) -> str | list[dict[str, Any]]:
    texts: list[str] = []
    pictures: list[dict[str, Any]] = []
    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        if piece.sent_as == "image":
            url = await store.read_as_url(piece.key, piece.type)
            if url is not None:
                pictures.append({"type": "image_url", "image_url": {"url": url}})
                continue
        elif piece.sent_as == "text":
            document = await store.read_text(piece.key, piece.characters or 0)
            if document is not None:
                texts.append(_document(piece, document))
                continue
        if piece.sent_as != "name":
            gone.add(piece.id)
            piece = piece.unsent("gone")
        texts.append(_name(piece))
    text = "\n\n".join(text for text in texts if text)
    if not pictures:
        return text
    return [*([{"type": "text", "text": text}] if text else []), *pictures]


def _document(file: SentFile, text: str) -> str:
    kept, of = file.characters or 0, file.of_characters or 0
    text = CLOSING.sub("<\\/", text)
    cut = CUT.format(kept, of) if kept < of else ""
    return f'<file name="{file.name.replace(chr(34), chr(39))}">\n{text}{cut}\n</file>'


def _name(file: SentFile) -> str:
    kind = "Picture" if is_picture(file.type) else "File"
    return f"[{kind} {file.name}: {UNSENT[file.reason or 'gone']}]"
