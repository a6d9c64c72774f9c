"""What `--help` calls the kinds of values: words, where Typer shows names of Python's types."""

from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperOption

WORDS: dict[Any, str] = {str: "TEXT", int: "NUMBER", float: "NUMBER", bool: "YES|NO", Path: "FILE"}


def show_words() -> None:
    """Have every command's help show words from now on. A flag takes no value and shows none."""
    for kind in (TyperOption, TyperArgument):
        kind.display_type = _display_type  # type: ignore[method-assign, assignment]


def _display_type(parameter: TyperOption | TyperArgument, ctx: object) -> str:
    if getattr(parameter, "is_flag", False):
        return ""
    description = parameter.type_descriptor
    if description.is_choice:
        return "|".join(map(str, description.choices or ()))
    if description.is_path:
        return WORDS[Path]
    return WORDS.get(description.annotation, "TEXT")
