"""What a first visit loads stays small: highlighting and formulas come when they are needed."""

import gzip
import re

from app.routers.web_page import BUILT

FIRST_LOAD_BYTES = 60_000


def test_first_load() -> None:
    index = (BUILT / "index.html").read_text()
    names = re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', index)
    assert len(names) >= 3, names
    packed = {name: len(gzip.compress((BUILT / name).read_bytes())) for name in names}
    assert sum(packed.values()) <= FIRST_LOAD_BYTES, packed


def test_nothing_needs_inline_scripts_or_styles() -> None:
    index = (BUILT / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on\w+=", index)
