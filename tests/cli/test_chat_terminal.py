"""`chat-backend chat` in a terminal, by somebody who types: replies drawn, commands obeyed."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from app.cli.chat.words import EN, ZH, Words
from tests.support.cli_process import serving
from tests.support.screen import Typist, in_terminal
from tests.support.upstream import ScriptedUpstream

WHO = {"CHAT_USER": "anna", "CHAT_PASSWORD": "correct horse", "CHAT_EMAIL": "anna@example.org"}

type Tour = Callable[[Typist, ScriptedUpstream], None]


async def in_chat(folder: Path, model: str, tour: Tour, **settings: str) -> None:
    """A tour through a terminal in which somebody chats with a scripted model."""
    async with ScriptedUpstream() as upstream:
        default = {
            "DEFAULT_MODEL_URL": upstream.url,
            "DEFAULT_MODEL_NAME": model,
            "DEFAULT_API_KEY": "sk-test",
        }

        def go() -> None:
            with serving(folder, **default) as server:
                words = ("chat", "--url", server.url)
                with in_terminal(folder, *words, settings=WHO | settings) as typist:
                    tour(typist, upstream)

        await asyncio.to_thread(go)


def test_a_tour_of_the_commands(tmp_path: Path) -> None:
    asked: list[str] = []

    def tour(typist: Typist, upstream: ScriptedUpstream) -> None:
        typist.enter("/help")
        typist.sees("/regenerate")
        typist.enter("/nonsense now")
        typist.sees("There is no command /nonsense")
        typist.enter("/regenerate")
        typist.sees("There is no reply yet")
        typist.enter("/model")
        typist.sees("echo answers (this server's model).")
        assert upstream.replies == []

        typist.enter("say **this** aloud")
        typist.sees("You said: say this aloud")
        typist.is_asked()
        typist.enter("//help is a word")
        typist.sees("You said: /help is a word")
        typist.is_asked()
        typist.enter("/regenerate")
        typist.is_asked()
        typist.enter("/edit another word")
        typist.sees("You said: another word")
        typist.is_asked()
        asked.extend(exchange.last_user_text for exchange in upstream.replies)

        typist.enter("/new A second one")
        typist.sees("A new conversation.")
        typist.enter("/list")
        typist.is_asked()
        listed = re.findall(r"^([* ]) +(\d+)  2.*  (.*)$", typist.screen.text, re.MULTILINE)
        assert [(mark, title) for mark, _, title in listed][0] == ("*", "A second one")
        (_, _, _), (mark, first, _) = listed
        assert mark == " "
        typist.enter(f"/open {first}")
        typist.sees(f"Conversation {first}:")
        typist.sees("You: another word")
        typist.enter("/open 999999")
        typist.sees("There is no such conversation")
        typist.enter("/quit")
        typist.sees(f"Go on later with --conversation {first}")

    asyncio.run(in_chat(tmp_path, "echo", tour))
    last = "/help is a word"
    assert asked == ["say **this** aloud", last, last, "another word"]


def test_the_list_has_the_clock_of_the_terminal(tmp_path: Path) -> None:
    def tour(typist: Typist, _: ScriptedUpstream) -> None:
        typist.enter("/list")
        typist.is_asked()
        found = re.search(r"\* +\d+  (\S+ \S+)  ", typist.screen.text)
        assert found, typist.screen.text
        told = datetime.fromisoformat(found[1])
        now = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
        assert abs((now - told).total_seconds()) < 600

    asyncio.run(in_chat(tmp_path, "echo", tour, TZ="Asia/Shanghai"))


def test_chinese_is_typed_also_where_its_locale_is_not_installed(tmp_path: Path) -> None:
    """As after ssh from a computer that has it; `xx` is installed nowhere."""

    def tour(typist: Typist, _: ScriptedUpstream) -> None:
        typist.enter("潮汐是怎么形成的？")
        typist.sees("You said: 潮汐是怎么形成的？")
        typist.is_asked()
        typist.type("错了\x7f\x7f对\n")  # the key that takes back what was typed last
        typist.sees("You said: 对")

    asyncio.run(in_chat(tmp_path, "echo", tour, LC_ALL="zh_XX.UTF-8"))


@pytest.mark.parametrize("said", [EN, ZH], ids=["en", "zh"])
def test_the_help_fits_a_terminal(said: Words) -> None:
    widths = [cell_len(line) for line in said.help.splitlines()]
    assert max(widths) < 80


def test_the_tab_key_completes_commands_and_no_files(tmp_path: Path) -> None:
    def tour(typist: Typist, _: ScriptedUpstream) -> None:
        typist.is_asked()
        typist.type("/reg\t\n")
        typist.sees("There is no reply yet")
        typist.is_asked()
        typist.type("serve\tsaid\n")  # there is a file whose name begins so
        typist.sees("You said: servesaid")

    asyncio.run(in_chat(tmp_path, "echo", tour))


def test_in_chinese_a_reply_is_stopped(tmp_path: Path) -> None:
    def tour(typist: Typist, _: ScriptedUpstream) -> None:
        typist.sees("输入 /help 查看命令")
        typist.enter("first words")
        typist.sees("\nYou")
        typist.interrupt()
        typist.sees("[已停止]")
        typist.enter("/nonsense")
        typist.sees("没有 /nonsense 这个命令")
        typist.enter("/quit")
        typist.sees("下次用 --conversation")

    asyncio.run(in_chat(tmp_path, "hold", tour, LC_ALL="zh_CN.UTF-8"))


def test_without_colours_markdown_stays_as_it_is(tmp_path: Path) -> None:
    def tour(typist: Typist, _: ScriptedUpstream) -> None:
        typist.enter("say **this**")
        typist.sees("You said: say **this**")
        typist.enter("/quit")

    asyncio.run(in_chat(tmp_path, "echo", tour, NO_COLOR="1"))
