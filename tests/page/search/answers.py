"""What a server finds, for what is drawn of it: on a day with many hits, or a bad one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, Route


class Refusal(NamedTuple):
    """An answer that is an error."""

    status: int
    code: str
    headers: dict[str, str] = {}


def message(number: int, snippet: str, word: str, **more: Any) -> dict[str, Any]:
    """A message that was found, with every place of a word marked."""
    return {
        "conversation_id": 1_000_000 + number,
        "title": f"Conversation {number}",
        "message_id": 1_000_000 + number,
        "sender": "ai" if number % 2 else "user",
        "timestamp": f"20{25 - number % 3}-0{number % 9 + 1}-15T08:30:00.000000Z",
        "archived": False,
        "snippet": snippet,
        "snippet_start": 0,
        "ranges": places(snippet, word),
    } | more


def places(text: str, word: str) -> list[list[int]]:
    """Where a word stands, in code points."""
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    return [[at, at + len(word)] for at in starts] if word else []


def page_of(
    results: list[dict[str, Any]],
    titles: list[dict[str, Any]] | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    """An answer; titles only on a first page."""
    return {"results": results, "titles": titles or [], "cursor": cursor}


@dataclass
class Answers:
    """What is answered to searches from now on; it may be changed while the page is open."""

    find: Callable[[str, str | None], dict[str, Any] | Refusal | None]
    """By the query and the cursor; None: no answer comes."""
    asked: list[str] = field(default_factory=list)
    """The queries as they came."""

    async def fulfill(self, route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        self.asked.append(query["q"][0])
        found = self.find(query["q"][0], query.get("cursor", [None])[0])
        if isinstance(found, Refusal):
            await route.fulfill(
                status=found.status, json={"code": found.code, "detail": ""}, headers=found.headers
            )
        elif found is not None:
            await route.fulfill(json=found)


async def answers(
    page: Page, find: Callable[[str, str | None], dict[str, Any] | Refusal | None]
) -> Answers:
    """Answer all searches of a page so."""
    made = Answers(find)
    await page.route("**/search?*", made.fulfill)
    return made
