"""What a first visit loads stays small: highlighting and formulas come when they are needed."""

import gzip
import re

import pytest

from app.routers.web_page import BUILT

FIRST_LOAD_BYTES = {"index.html": 60_000, "share.html": 36_000}


@pytest.mark.parametrize("page", FIRST_LOAD_BYTES)
def test_first_load(page: str) -> None:
    html = (BUILT / page).read_text()
    names = re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', html)
    assert len(names) >= 3, names
    packed = {name: len(gzip.compress((BUILT / name).read_bytes())) for name in names}
    assert sum(packed.values()) <= FIRST_LOAD_BYTES[page], packed


@pytest.mark.parametrize("page", FIRST_LOAD_BYTES)
def test_nothing_needs_inline_scripts_or_styles(page: str) -> None:
    html = (BUILT / page).read_text()
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on\w+=", html)
