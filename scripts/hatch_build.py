"""Puts the built web page into the wheel; without it there is no wheel."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_BUILT = "The web page is not built, and a wheel has it: run `make wheel` (needs Node.js)"


class PageHook(BuildHookInterface[Any]):
    """`frontend/dist` becomes `app/page`; an editable install reads it where it lies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds."""
        if version == "editable":
            return
        if not (Path(self.root) / "frontend" / "dist" / "index.html").is_file():
            self.app.abort(NOT_BUILT)
        build_data["force_include"]["frontend/dist"] = "app/page"
