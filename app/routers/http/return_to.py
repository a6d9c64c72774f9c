"""Addresses that somebody is sent back to: the page's own alone, so that no link leads through a
login to elsewhere."""

import re

from app.routers.web_page import ADDRESSES

HOME = "/"
CHARACTERS_MOST = 500
_PATHS = "|".join(re.sub(r"{\w+}", "[A-Za-z0-9_-]+", address) for address in ADDRESSES)
_OWN = re.compile(rf"({_PATHS})(\?[A-Za-z0-9_.~%&=+-]*)?")


def own_address(given: str | None) -> str:
    """An address of the page as it was given; its first page for any other."""
    if given and len(given) <= CHARACTERS_MOST and _OWN.fullmatch(given):
        return given
    return HOME


def with_problem(address: str, problem: str) -> str:
    """An address of the page that tells it what is wrong."""
    return f"{address}{'&' if '?' in address else '?'}problem={problem}"
