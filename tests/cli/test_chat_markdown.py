"""Markdown that grows in a terminal: however it comes, what stands at the end is the same, nothing
that has left the screen is touched again, and what stays as it is is not written again."""

import pytest

from app.cli.chat.commands import Command, read_line
from app.cli.chat.markdown import MarkdownStream
from app.cli.language import terminal_language
from tests.support.screen import Screen

DOCUMENT = """\
# Title of *it*

A paragraph with **bold**, `code` and a [link](https://example.com), long enough to wrap.
It goes on in a second line.

- one
- two
  - nested, 中文 too

```python
def double(number):
    text = \"\"\"
    in a string
    \"\"\"

    return number * 2
```

| name | number |
|------|--------|
| a    | 1      |
| 二   | 22     |

1. first

   with a paragraph of its own
2. second

> quoted
> twice

~~~
``` not an end
~~~
Setext
------

The end."""
SHOWN = """\
Title of it

A paragraph with bold, code and a link
(https://example.com), long enough to
wrap. It goes on in a second line.

 • one
 • two
    • nested, 中文 too

  def double(number):
      text = \"\"\"
      in a string
      \"\"\"

      return number * 2
"""


def drawn(text: str, cut: int, columns: int = 40, rows: int = 12) -> Screen:
    """The screen after a text came in pieces of a length, each drawn."""
    screen = Screen(columns, rows)

    def write(text: str) -> None:
        screen.feed(text.replace("\n", "\r\n"))  # as the terminal's driver does

    stream = MarkdownStream(write, lambda: (columns, rows))
    for place in range(0, len(text), cut):
        stream.add(text[place : place + cut])
        stream.draw()
    stream.end()
    assert screen.erased_above == 0
    return screen


def test_what_is_drawn() -> None:
    text = drawn(DOCUMENT, 10_000).text
    assert text.startswith(SHOWN)
    for line in ("``` not an end", "▌ quoted twice", "Setext", "The end.", " 2 second"):
        assert line in text
    assert "```python" not in text and "**" not in text


@pytest.mark.parametrize("rows", [4, 30])
@pytest.mark.parametrize("cut", [2, 7, 40])
def test_however_it_comes_the_same_stands_at_the_end(cut: int, rows: int) -> None:
    assert drawn(DOCUMENT, cut, rows=rows).text == drawn(DOCUMENT, 10_000).text


def test_only_what_differs_is_written() -> None:
    code = "```\n" + "".join(f"line {number}\n" for number in range(60)) + "```\n"
    screen = drawn(code, 9)
    assert screen.text.count("line") == 60
    assert len(screen.written) < 12 * len(code)
    words = " ".join(f"word{number}" for number in range(100))
    screen = drawn(words, 9, rows=50)
    assert len(screen.written) < 12 * len(words)
    assert "\x1b[2J" not in screen.written and "\x1b[H" not in screen.written
    assert screen.written.count("\x1b[?2026h") == screen.written.count("\x1b[?2026l")


@pytest.mark.parametrize("text", ["", " \n", "```", "```\n", "**open", "| a |\n|-", "- ", "#"])
def test_half_of_something_is_drawn_too(text: str) -> None:
    for cut in (1, 100):
        drawn(text, cut)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hello", "hello"),
        ("a /help in between", "a /help in between"),
        (" /help", " /help"),
        ("//etc/hosts", "/etc/hosts"),
        ("///", "//"),
        ("/help", Command("help", "", "/help")),
        ("/HELP ", Command("help", "", "/HELP")),
        ("/?", Command("help", "", "/?")),
        ("/exit", Command("quit", "", "/exit")),
        ("/open 12 ", Command("open", "12", "/open")),
        ("/edit a  b", Command("edit", "a  b", "/edit")),
        ("/etc/hosts is a file", Command("", "is a file", "/etc/hosts")),
        ("/", Command("", "", "/")),
    ],
)
def test_a_line_is_a_message_or_a_command(line: str, said: Command | str) -> None:
    assert read_line(line) == said


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_tw"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_locales(environment: dict[str, str], language: str) -> None:
    assert terminal_language(environment) == language
