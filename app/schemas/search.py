"""What a search finds, on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.schemas.fields import Text, UtcTime

Sought = Annotated[Text, Field(min_length=1, max_length=200)]
SearchCursor = Annotated[str, Field(pattern=r"^-?[0-9]{1,17}-[0-9]{1,18}$")]
MarkedRange = Annotated[list[int], Field(min_length=2, max_length=2)]
"""From where to where, in code points."""


class FoundMessage(BaseModel):
    """A message on the path shown of a conversation; the snippet is a part of its text, from
    `snippet_start` on, and `ranges` say what was found in the snippet."""

    conversation_id: int
    title: str
    message_id: int
    sender: Literal["user", "ai"]
    timestamp: UtcTime
    archived: bool
    snippet: str
    snippet_start: int
    ranges: list[MarkedRange]


class FoundTitle(BaseModel):
    """A conversation whose title has all that was looked for."""

    conversation_id: int
    title: str
    archived: bool
    ranges: list[MarkedRange]


class SearchResults(BaseModel):
    """One page, newest first; `titles`, 5 at most, on the first one only. Where `cursor` is not
    null there may be more, also behind a page with few results or none."""

    results: list[FoundMessage]
    titles: list[FoundTitle]
    cursor: str | None = None
