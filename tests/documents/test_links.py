"""Links between the documents lead somewhere: to a file that is there, and to a heading in it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """What the forge calls the headings of a page: their letters, digits and hyphens."""
    text = CODE.sub("", document.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = CODE.sub("", document.read_text("utf-8"))
    links = ["".join(found) for found in LINK.findall(text)]
    for link in links:
        if ":" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_a_page_and_its_translation_lead_to_each_other() -> None:
    translated = [path for path in DOCUMENTS if path.name.endswith(".zh-CN.md")]
    assert len(translated) >= 6
    for chinese in translated:
        english = chinese.with_name(chinese.name.replace(".zh-CN", ""))
        assert f"]({english.name})" in chinese.read_text("utf-8"), chinese
        assert f"]({chinese.name})" in english.read_text("utf-8"), english
