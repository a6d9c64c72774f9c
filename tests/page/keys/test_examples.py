"""What the page shows for other programs does what it says, as it is copied from there."""

import asyncio
import os
import shlex

import orjson
import pytest
from playwright.async_api import Page, expect

from tests.keys import clients
from tests.keys.programs import greets
from tests.page.conftest import OpenPage, Site
from tests.support.upstream_exchange import scenario

pytestmark = pytest.mark.anyio
PYTHON = clients.INSTALLED / "python" / "bin" / "python"
HAS_PYTHON = clients.missing() is None
QUOTED = 'it\'s "so"'
"""A model whose name a shell or Python could take for something else."""
HELLO = "Hi 🍣"
scenario(QUOTED)(greets)


async def test_examples_run(site: Site, open_page: OpenPage) -> None:
    """For the default model, whatever it is called, and for one that is named."""
    person = await site.person(QUOTED)
    await person.set_model(site.upstream.url, "greets")
    page = await open_page(person, "/settings/keys")
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_label("Name").fill("laptop")
    await page.get_by_role("button", name="Make key").click()
    await expect(page.get_by_role("button", name="Copy key")).to_be_visible()
    await page.get_by_role("radio", name="curl").check()
    answer = orjson.loads(await run("sh", "-c", await example(page, "curl")))
    assert answer.get("model") == "default", answer
    assert answer["choices"][0]["message"]["content"] == HELLO

    await page.get_by_role("button", name="Model: default (greets)").click()
    await page.get_by_role("option", name=QUOTED).click()
    answer = orjson.loads(await run("sh", "-c", await example(page, "curl")))
    assert answer["model"] == f"default/{QUOTED}", answer
    if HAS_PYTHON:
        await page.get_by_role("radio", name="Python").check()
        assert await run(PYTHON, "-c", await example(page, "Python")) == f"{HELLO}\n"


async def example(page: Page, tool: str) -> str:
    """Copied from the page."""
    shown = page.get_by_role("group", name=f"Example: {tool}")
    await expect(shown).to_be_visible()
    return await shown.inner_text()


async def run(*command: str | os.PathLike[str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": os.devnull},
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (shlex.join(map(str, command[:2])), err.decode())
    return out.decode()
