"""How the page is looked at: in both languages and themes, in windows of every size."""

import os
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.faults.scale import SOAK
from tests.page.conftest import DESKTOP, PHONE

SCREENSHOTS = Path(__file__).parent / "screenshots"
PICTURES = SOAK or bool(os.environ.get("PICTURES"))
"""Whether they are taken: that is as much work as to ask axe about what is shown."""

type Look = tuple[str, str, dict[str, Any]]
"""Language, theme, and what the browser is told besides."""

WIDE: dict[str, Any] = {"viewport": DESKTOP}
MIDDLE: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}}
HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
"""A window of 1280 × 800 at 200 %."""
ALL: list[Look] = list(product(("en-US", "zh-CN"), ("light", "dark"), (WIDE, MIDDLE, HAND, ZOOMED)))


def looks(*few: Look) -> list[Look]:
    """These few, or in `make soak` all that there are."""
    return ALL if SOAK else list(few)


def name_of(locale: str, scheme: str, options: dict[str, Any]) -> str:
    """What a picture is called by."""
    return f"{locale}-{scheme}-{options['viewport']['width']}"


async def screenshot(page: Page, name: str, **options: Any) -> None:
    """Where pictures are wanted."""
    if PICTURES:
        await page.screenshot(path=SCREENSHOTS / f"{name}.png", **options)
