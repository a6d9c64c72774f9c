"""Write docs/settings.md and docs/settings.zh-CN.md: names, kinds, bounds and defaults from the
app's `Settings`, words from docs/settings.toml.

With --check nothing is written; the exit status says whether the files are what would be.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.config import Settings
from app.oidc_settings import FIELD, PREFIX, OidcProvider

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": DOCS / "settings.md", "zh": DOCS / "settings.zh-CN.md"}
MADE = "<!-- Made by scripts/generate_settings.py; not to be edited. -->\n"
TABLE = {
    "en": "| setting | value | default | |\n|---|---|---|---|\n",
    "zh": "| 配置项 | 取值 | 默认值 | |\n|---|---|---|---|\n",
}
WORDS = {
    "en": {
        "bool": "`true` or `false`",
        "or": " or ",
        "int": "whole number",
        "float": "number",
        "seconds": "seconds",
        "minutes": "minutes",
        "days": "days",
        "bytes": "bytes",
        "list": "list",
        "path": "folder",
        "secret": "secret",
        "str": "text",
        "ge": ", {} or more",
        "gt": ", more than {}",
        "le": ", at most {}",
    },
    "zh": {
        "bool": "`true` 或 `false`",
        "or": " 或 ",
        "int": "整数",
        "float": "数",
        "seconds": "秒",
        "minutes": "分钟",
        "days": "天",
        "bytes": "字节",
        "list": "列表",
        "path": "目录",
        "secret": "秘密",
        "str": "文字",
        "ge": "，不小于 {}",
        "gt": "，大于 {}",
        "le": "，不超过 {}",
    },
}
KINDS = {bool: "bool", int: "int", float: "float", Path: "path", SecretStr: "secret", str: "str"}
UNITS = ("seconds", "minutes", "days", "bytes")


def documented_fields() -> dict[str, FieldInfo]:
    """Every setting by its name; those of a provider with `<slug>` in theirs."""
    fields = dict(Settings.model_fields)
    del fields[FIELD]
    its = {f"{PREFIX}_<slug>_{name}": field for name, field in OidcProvider.model_fields.items()}
    return fields | its


def rendered(language: str, words: dict[str, Any]) -> str:
    """A page. KeyError names a setting or a word that is missing on either side."""
    fields = documented_fields()
    text = f"{words['head'][language]}\n{MADE}"
    for group in words["group"]:
        text += f"\n## {group[language]}\n\n{TABLE[language]}"
        for name, said in group["setting"].items():
            text += _row(language, name, fields.pop(name), said)
    if fields:
        raise KeyError(f"docs/settings.toml has no words about {', '.join(fields)}")
    return text


def _row(language: str, name: str, field: FieldInfo, said: dict[str, Any]) -> str:
    value = "".join(_value(WORDS[language], name, field))
    default = said["default"][language] if "default" in said else _default(field.default)
    return f"| `{name.upper()}` | {value} | {default} | {said[language]} |\n"


def _value(words: dict[str, str], name: str, field: FieldInfo) -> Iterator[str]:
    """What may be set: choices, or a kind with its bounds."""
    if get_origin(field.annotation) is Literal:
        yield words["or"].join(f"`{choice}`" for choice in get_args(field.annotation))
        return
    if field.annotation == list[str]:
        yield words["list"]
        return
    kind = KINDS[field.annotation]  # type: ignore[index]
    unit = name.rpartition("_")[2]
    yield words[unit if kind in ("int", "float") and unit in UNITS else kind]
    for bound in ("ge", "gt", "le"):
        for rule in field.metadata:
            if (limit := getattr(rule, bound, None)) is not None:
                yield words[bound].format(f"{limit:,}")


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        value = ",".join(value)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, int | float):
        return str(value)
    return f"`{value}`" if value else ""


def main(check: bool) -> int:
    """The exit status."""
    words = tomllib.loads((DOCS / "settings.toml").read_text("utf-8"))
    wanted = {page: rendered(language, words) for language, page in PAGES.items()}
    if check:
        same = (page.is_file() and page.read_text("utf-8") == wanted[page] for page in wanted)
        return int(not all(same))
    for page, text in wanted.items():
        page.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
