"""What is said once the server answers."""

import os
import sys

import typer

from app.cli.language import terminal_language
from app.errors import Language
from app.local_model import NAME as DEMO_MODEL

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "starting": "Starting the server …",
        "ready": "Ready on",
        "model": "{name} answers: a small demo model, English only",
        "end": "Ctrl-C ends it; --access-log shows every request",
    },
    "zh": {
        "starting": "正在启动服务器……",
        "ready": "已就绪：",
        "model": "由 {name} 回答：只会英语的演示用小模型",
        "end": "按 Ctrl-C 结束；加上 --access-log 可显示每个请求",
    },
}


def starting() -> None:
    """Say to a person that it takes a moment."""
    if sys.stdout.isatty():
        typer.echo(f"  {WORDS[terminal_language()]['starting']}")


def announce(address: str) -> None:
    """Print the address: one line for programs, and so that it stands out for a person."""
    if not sys.stdout.isatty():
        typer.echo(f"Ready on {address}")
        return
    words = WORDS[terminal_language()]
    plain = bool(os.environ.get("NO_COLOR"))
    shown = address if plain else typer.style(address, bold=True, underline=True)
    lines = ["", f"  {words['ready']} {shown}", ""]
    if os.environ.get("DEFAULT_MODEL_NAME") == DEMO_MODEL:
        lines.append(f"  {words['model'].format(name=DEMO_MODEL)}")
    typer.echo("\n".join([*lines, f"  {words['end']}", ""]))
