"""The text of documents. Runs in the child process alone (see child.py)."""

import codecs
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from app.services.files.kinds import DOCX, HTML, PDF, TEXT, Kind
from app.services.files.parts import TEXT_PART
from app.services.files.refusals import NotSupported, Unreadable

CHARACTERS_MAX = 2_000_000
"""Of a longer text the beginning is kept: many times what any model reads."""
CUT = "\n\n[… cut here: {0:,} characters are kept]"
CUT_PAGES = "\n\n[… cut here: {0:,} of {1:,} pages are kept]"
PAGES_MAX = 500
XML_BYTES_MAX = 64 * 1024 * 1024
DOCUMENT = "word/document.xml"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT_WORD = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
CONTROLS = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
"""What no text has, and nearly every other file."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PAGE_OF_HTML = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->)[\s\S])*+-->\s*+)*+<(?:!doctype\s+html|html)\b"
)
HIDDEN_TAGS = {"script", "style", "title", "template", "noscript", "svg", "iframe"}
BLOCKS = set(
    "address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2"
    " h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul".split()
)


def read(source: Path, folder: Path, kind: Kind) -> dict[str, Any]:
    """Write the text of a document; Unreadable, NotSupported."""
    found: dict[str, Any] = {}
    if kind == "pdf":
        text, kept, pages = _of_pdf(source)
        text += CUT_PAGES.format(kept, pages) if kept < pages else ""
        found = {"type": PDF, "pages": pages}
    elif kind == "zip":
        text, found = _of_docx(source), {"type": DOCX}
    else:
        raw = source.read_bytes()
        text = decoded(raw)
        found["type"] = TEXT
        if PAGE_OF_HTML.match(raw[:2_000].lower()):
            text, found["type"] = _of_html(text), HTML
    if len(text) > CHARACTERS_MAX:
        text = text[:CHARACTERS_MAX] + CUT.format(CHARACTERS_MAX)
    (folder / TEXT_PART).write_text(text, "utf-8", newline="\n")
    return {**found, "characters": len(text)}


def decoded(raw: bytes) -> str:
    """Bytes as text: by their mark, else as UTF-8, else as gb18030. NotSupported."""
    mark, encoding = next(((m, name) for m, name in BOMS if raw.startswith(m)), (b"", "utf-8"))
    for tried in (encoding,) if mark else (encoding, "gb18030"):
        try:
            text = raw[len(mark) :].decode(tried)
        except UnicodeDecodeError:
            continue
        if not CONTROLS.search(text):
            return text.replace("\r\n", "\n")
        break
    raise NotSupported


def _of_pdf(source: Path) -> tuple[str, int, int]:
    """The text of a PDF, of how many pages it is, and how many there are."""
    import pypdf  # noqa: PLC0415 - a third of a second, for PDFs alone

    reader = pypdf.PdfReader(source)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable
    pages = len(reader.pages)
    if not pages:
        raise Unreadable
    return *_joined(_pages(reader, min(pages, PAGES_MAX))), pages


def _pages(reader: Any, count: int) -> Iterator[str]:
    for number in range(count):
        text = reader.pages[number].extract_text()
        # Characters that a font maps to nothing sensible; half a pair cannot be stored.
        text = text.encode("utf-8", "ignore").decode()
        yield CONTROLS.sub("", text)


def _joined(pages: Iterator[str]) -> tuple[str, int]:
    """Pages, no more than are kept, and how many they are."""
    kept: list[str] = []
    characters = 0
    for page in pages:
        kept.append(page.strip())
        characters += len(kept[-1]) + 2
        if characters > CHARACTERS_MAX:
            break
    return "\n\n".join(page for page in kept if page), len(kept)


class _Bounded:
    """A stream that ends in Unreadable after so many bytes."""

    def __init__(self, stream: IO[bytes], left: int) -> None:
        self._stream = stream
        self._left = left

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, 65_536) if size > 0 else 65_536)
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable
        return data


def _of_docx(source: Path) -> str:
    """The paragraphs of a Word document."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.NameToInfo
            if DOCUMENT not in names:
                raise NotSupported
            with archive.open(DOCUMENT) as document:
                return "".join(_paragraphs(_Bounded(document, XML_BYTES_MAX)))
    except (zipfile.BadZipFile, ParseError, NotImplementedError, RuntimeError) as error:
        raise Unreadable from error


def _paragraphs(stream: Any) -> Iterator[str]:
    characters = 0
    above: list[Element] = []
    for event, element in iterparse(stream, ("start", "end")):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        text = _of_word(element)
        if above:  # what was read is let go of
            above[-1].remove(element)
        characters += len(text)
        yield text
        if characters > CHARACTERS_MAX:
            return


def _of_word(element: Element) -> str:
    tag = element.tag.replace(STRICT_WORD, WORD)
    if tag == f"{WORD}t":
        return element.text or ""
    if tag in (f"{WORD}p", f"{WORD}br", f"{WORD}cr"):
        return "\n"
    return "\t" if tag in (f"{WORD}tab", f"{WORD}tc") else ""


class _Seen(HTMLParser):
    """What a browser would show of a page, roughly."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._held: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in HIDDEN_TAGS:
            self._hidden += 1
        elif tag == "body":
            self._show()
        elif tag in BLOCKS:
            self._shown_in.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN_TAGS:
            self._hidden = max(0, self._hidden - 1)
            if not self._hidden:
                self._held.clear()
        elif tag in BLOCKS:
            self._shown_in.append("\n")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem not in ("script", "style"):
            self._shown_in.append(re.sub(r"\s+", " ", data))

    def close(self) -> None:
        super().close()
        self._show()

    @property
    def _shown_in(self) -> list[str]:
        """Where text goes: what a tag hides is held back, as the tag may never be closed."""
        return self._held if self._hidden else self.parts

    def _show(self) -> None:
        """Take what is hidden still for what was never to be."""
        self.parts += self._held
        self._held.clear()
        self._hidden = 0


def _of_html(page: str) -> str:
    seen = _Seen()
    seen.feed(page)
    seen.close()
    lines = (line.strip() for line in "".join(seen.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
