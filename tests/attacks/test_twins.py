"""A name has one owner, in whatever spelling, and no name misleads."""

import asyncio
import secrets

import httpx2
import pytest

from tests.attacks.target import Target
from tests.support.server import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite", "mysql")]

SPELLINGS = [
    ("{0}Renée", "{0}rene\u0301e"),
    ("{0}STRASSE", "{0}straße"),
    ("{0}admin", "{0}ａｄｍｉｎ"),
    ("{0}admin", "{0}𝓪𝓭𝓶𝓲𝓷"),
    ("{0}file", "{0}ﬁle"),
    ("{0}K", "{0}\u212a"),
    ("{0}ΣΊΣΥΦΟΣ", "{0}σίσυφος"),
    ("{0}123", "{0}①②③"),
]
"""One name twice each; compared by Unicode's rules and not by a database's collation."""
DIFFERENT = [("{0}a", "{0}á"), ("{0}😀", "{0}😃"), ("{0}s", "{0}ß"), ("{0}i", "{0}ı")]
MISLEADING = [
    "ad\u200bmin",
    "ad\u00admin",
    "ad  min",
    "admin ",
    "\tadmin",
    "admin\u3000",
    "admin\0",
    "\u202enimda",
    "admin\ufeff",
    "ada@example.com",
    "ada＠example.com",
    "\u3164\u3164\u3164",
    "adm\nin",
    "\U000e0041dmin",
]


async def _register(target: Target, name: str, email: str | None = None) -> httpx2.Response:
    email = email or f"{secrets.token_hex(8)}@example.com"
    body = {"username": name, "email": email, "password": PASSWORD}
    return await target.http.post("/auth/register", json=body)


async def test_spellings_of_one_name(target: Target) -> None:
    for first, second in SPELLINGS:
        unique = f"u{secrets.token_hex(4)}"
        assert (await _register(target, first.format(unique))).status_code == 201
        answer = await _register(target, second.format(unique))
        assert (answer.status_code, answer.json()["code"]) == (409, "username_taken"), second


async def test_names_that_only_a_collation_takes_for_one(target: Target) -> None:
    for first, second in DIFFERENT:
        unique = f"u{secrets.token_hex(4)}"
        assert (await _register(target, first.format(unique))).status_code == 201
        assert (await _register(target, second.format(unique))).status_code == 201, second


async def test_misleading_names(target: Target) -> None:
    for name in MISLEADING:
        answer = await _register(target, name)
        assert answer.status_code == 422, ascii(name)


async def test_spellings_of_one_email_address(target: Target) -> None:
    unique = secrets.token_hex(4)
    first = f"ada.{unique}@example.com"
    assert (await _register(target, f"u{unique}", first)).status_code == 201
    for twin in (first.upper(), f"ADA.{unique}@EXAMPLE.com", f"ａda.{unique}@example.com"):
        answer = await _register(target, f"v{unique}", twin)
        assert answer.status_code in (409, 422), twin
        if answer.status_code == 409:
            assert answer.json()["code"] == "email_taken"


async def test_a_race_for_one_name_has_one_winner(target: Target) -> None:
    unique = f"Race{secrets.token_hex(4)}"
    names = [unique, unique.upper(), unique.lower(), unique.swapcase()] * 3
    answers = await asyncio.gather(*(_register(target, name) for name in names))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
