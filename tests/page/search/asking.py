"""What tests of search do again and again."""

from playwright.async_api import Locator, Page, expect

from tests.page.conftest import Site
from tests.page.histories import fill
from tests.support.server import Person

MARK_MILLISECONDS = 2600
"""How long a message is marked."""
MARK_STAYS = """milliseconds => {
  if (window.endMark) return;
  const timer = window.setTimeout;
  window.setTimeout = (work, wait, ...rest) => {
    if (wait !== milliseconds) return timer(work, wait, ...rest);
    window.endMark = work;
  };
}"""


async def look_for(page: Page, words: str) -> Locator:
    """Open the dialog and type; gives the messages that are found. The mark of one that is gone to
    stays until `end_mark`: however long a busy machine takes, it is there to be seen."""
    await page.evaluate(MARK_STAYS, MARK_MILLISECONDS)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill(words)
    return messages(page)


def messages(page: Page) -> Locator:
    """The messages that are found."""
    return page.get_by_role("option").filter(has=page.locator(".found"))


async def far_up(
    person: Person, site: Site, words: str, count: int, title: str = "a long one"
) -> int:
    """A conversation that begins with a question and its answer, and that many messages more."""
    conversation = await person.conversation(title)
    await person.say(conversation, words)
    reply = (await person.messages(conversation))[-1]["id"]
    await site.server.app.state.services.database.write(fill, conversation, count, reply)
    return conversation


async def end_mark(page: Page) -> None:
    """As if it had been there for as long as it is."""
    await page.evaluate("endMark()")


async def is_marked(page: Page, words: str) -> None:
    """Wait until a message with these words is seen and marked."""
    found = page.locator("article[data-found]")
    await expect(found).to_contain_text(words)
    await expect(found).to_be_in_viewport()
