"""What tests of links do again and again: have something to show, show it, open it."""

from typing import Any

from playwright.async_api import Page, expect

from tests.files.made import picture, send, uploaded
from tests.page.conftest import OpenPage, Site
from tests.page.model import SPOKEN
from tests.support.server import Person

QUESTION = "Why are there two tides a day?"
SPOKEN[QUESTION] = """<think>The Moon pulls.</think>## Two bulges

The **Moon** pulls the near side harder than the far one.

| side | pull |
|---|---|
| near | strong |
| far | weak |

```python
print("high", "low")
```
"""
NOTHING = "There is nothing at this link"


async def tides(site: Site, title: str = "How tides work") -> tuple[Person, int]:
    """Somebody with a conversation that has a picture, a document and a thought in it."""
    person = await site.person("recite_at_once")
    conversation = await person.conversation(title)
    files = (
        await uploaded(person, picture((400, 300)), "harbour.png"),
        await uploaded(person, b"High water at noon.\n" * 40, "table.txt"),
    )
    answer = await send(person, conversation, QUESTION, *(file["id"] for file in files))
    assert answer.status_code == 200, answer.text
    return person, conversation


async def link_to(person: Person, conversation: int, **choices: Any) -> str:
    """The address of a new link."""
    answer = await person.post(f"/conversations/{conversation}/shares", json=choices)
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["url"]
    return url


async def opened(
    open_page: OpenPage, url: str, person: Person | None = None, **options: Any
) -> Page:
    """What whoever has the link sees."""
    page = await open_page(person, url, **options)
    await expect(page.locator(".shared-head h1, .shared-card h1")).to_be_visible()
    return page
