"""The page's addresses are the same in the page, the server, the budget and docs/api.md."""

import re
from pathlib import Path

from app.middleware.budget import UNCOUNTED
from app.routers.web_page import ADDRESSES

ROOT = Path(__file__).parents[2]


def test_the_server_has_those_of_the_page() -> None:
    table = (ROOT / "frontend" / "src" / "routes.ts").read_text("utf-8")
    assert tuple(re.findall(r'^  \w+: "(.+)",$', table, re.MULTILINE)) == ADDRESSES


def test_the_document_names_them() -> None:
    said = (ROOT / "docs" / "api.md").read_text("utf-8")
    pages = said[said.index("the pages: ") : said.index("`/assets/…`")]
    assert {*ADDRESSES, "/docs"} == set(re.findall(r"`(/[^`]*)`", pages))


def test_opening_them_costs_nothing_of_the_budget() -> None:
    for address in ADDRESSES:
        assert UNCOUNTED.fullmatch(address.replace("{id}", "5")), address
    for path in ("/c/", "/c/5/more", "/settings/x/y", "/conversations", "/auth/login"):
        assert not UNCOUNTED.fullmatch(path), path
