"""`chat-backend chat` in a terminal, by somebody who types: replies drawn, commands obeyed."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from tests.support.cli_process import serving
from tests.support.screen import Typist, in_terminal
from tests.support.upstream import ScriptedUpstream

WHO = {"CHAT_USER": "anna", "CHAT_PASSWORD": "correct horse", "CHAT_EMAIL": "anna@example.org"}

type Tour = Callable[[Typist, ScriptedUpstream], None]


async def _in_chat(folder: Path, model: str, tour: Tour, **settings: str) -> None:
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
        typist.sees("The operator's model answers: echo")
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

    asyncio.run(_in_chat(tmp_path, "echo", tour))
    last = "/help is a word"
    assert asked == ["say **this** aloud", last, last, "another word"]


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

    asyncio.run(_in_chat(tmp_path, "hold", tour, LC_ALL="zh_CN.UTF-8"))


def test_without_colours_markdown_stays_as_it_is(tmp_path: Path) -> None:
    def tour(typist: Typist, _: ScriptedUpstream) -> None:
        typist.enter("say **this**")
        typist.sees("You said: say **this**")
        typist.enter("/quit")

    asyncio.run(_in_chat(tmp_path, "echo", tour, NO_COLOR="1"))
