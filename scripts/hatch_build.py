"""Puts the built web page into the wheel, where it has been built."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """`frontend/dist` becomes `app/page`; an editable install reads it where it lies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds."""
        if version != "editable" and (Path(self.root) / "frontend" / "dist").is_dir():
            build_data["force_include"]["frontend/dist"] = "app/page"
