"""The browser that the page is tried in: Debian's Chromium, and what to say where there is none."""

import shutil

from app.routers.web_page import BUILT

AXE = BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str | None:
    """Why the page cannot be tried here, with what to do about it."""
    if CHROMIUM is None:
        return "no Chromium; run scripts/install-browser (Debian)"
    if not (BUILT / "index.html").is_file():
        return "the page is not built; run scripts/build-page (needs Node.js)"
    if not AXE.is_file():
        return "what the page is tried with is not installed; run scripts/setup-page"
    return None
