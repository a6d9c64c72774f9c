"""What is stored of a file, by the names that the parts have in the store. No I/O."""

from typing import Literal

FilePart = Literal["content", "thumbnail", "text"]

CONTENT: FilePart = "content"
THUMBNAIL: FilePart = "thumbnail"
TEXT_PART: FilePart = "text"
PARTS: tuple[FilePart, ...] = (CONTENT, THUMBNAIL, TEXT_PART)
