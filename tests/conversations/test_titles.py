"""A conversation is named after its first words at once, and better after the first reply."""

import pytest

from app.local_model import NAME
from app.services.conversations.title_text import TITLE_CHARACTERS, first_words, title_in
from app.services.conversations.titles import INSTRUCTION
from tests.conftest import StartServer
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

QUESTION = "How do I boil an egg? I have ten minutes."
EGGS = "Boiling Eggs"


def test_first_words_are_one_short_line_of_whole_words() -> None:
    assert first_words("  hello\n\tworld\x00 ") == "hello world"
    long = first_words("word " * 40)
    assert long.endswith("word…") and len(long) <= TITLE_CHARACTERS
    assert len(first_words("长" * 200)) == TITLE_CHARACTERS
    assert first_words("\u200b" * 200 + "hello") == "hello"
    assert first_words("👩\u200d🍳\ufe0f") == "👩\u200d🍳\ufe0f"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("**Rich** `Markdown` tour", "Rich Markdown tour"),
        ("# Heading\ntext", "Heading text"),
        ("## `code` *em*", "code em"),
        ("> quoted", "quoted"),
        ("***both*** ~~gone~~", "both gone"),
        ("中文**粗体**中文", "中文粗体中文"),
        ("**bold with `code` in**", "bold with code in"),
        ("__Bold__ and _soft_", "Bold and soft"),
        ('see [the docs](https://a.b/c_(d) "t") now', "see the docs now"),
        ("[**bold link**](http://x) ![alt](x.png)", "bold link alt"),
        ("[named][1] <https://a.b>", "named https://a.b"),
        ('<span style="x">red</span> <b>b</b>', "red b"),
        ("a <br> b<!-- c -->", "a b"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("one\n\n---\n\ntwo", "one two"),
        ("- eggs\n- milk\n* bread", "eggs milk bread"),
        (r"\*stars\* and \_lines\_", "*stars* and _lines_"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a b 1 2"),
        # no marks, though they look like some
        ("a | b, or -5 - 3", "a | b, or -5 - 3"),
        ("`a*b*c` and `__x__`", "a*b*c and __x__"),
        ("use *args and **kwargs", "use *args and **kwargs"),
        ("What does __init__ do in snake_case_name?", "What does __init__ do in snake_case_name?"),
        ("2 * 3 * 4, a*b*c, 2**3**4", "2 * 3 * 4, a*b*c, 2**3**4"),
        ("what does <div> do? List<String>", "what does <div> do? List<String>"),
        ("C# and #include <x.h>", "C# and #include <x.h>"),
        ("/usr/*/bin/*", "/usr/*/bin/*"),
        ("***", "***"),
        ("---", "---"),
        ("[x", "[x"),
    ],
)
def test_first_words_have_no_marks(content: str, words: str) -> None:
    assert first_words(content) == words


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("Sure! Here's a title:\n\nX marks the spot", "X marks the spot"),
        ("当然！标题如下：\n《红烧肉的做法》", "红烧肉的做法"),
        ('{"title": "Boiling eggs"}', "Boiling eggs"),
        ('```json\n{"title": "Boiling eggs"}\n```', "Boiling eggs"),
        ("```\nBoiling eggs\n```", "Boiling eggs"),
        (
            'Here you go:\n```json\n{\n  "title": "Boiling eggs"\n}\n```\nLet me know!',
            "Boiling eggs",
        ),
        ("**Title:** Boiling eggs", "Boiling eggs"),
        ("Title\n\nBoiling Eggs", EGGS),
        ("# 标题\n\n潮汐的成因", "潮汐的成因"),
        ("Here you go: *Boiling Eggs*", EGGS),
        ("Here you go: **Boiling Eggs**", EGGS),
        ("Boiling Eggs (2 words)", EGGS),
        ("潮汐的成因（5个字）", "潮汐的成因"),
        ("Python: basics", "Python: basics"),
        ("1. Boiling Eggs\n2. Perfect Eggs\n3. Egg Basics", EGGS),
        ("Here are some options:\n\n1. **Boiling Eggs**\n2. Perfect Eggs", EGGS),
        ('"Boiling Eggs"\n\nThis title captures the essence of the conversation.', EGGS),
        ('"Boiling Eggs" - a short title that captures it all.', EGGS),
        ("<think>\nThe user wants a title.\n</think>\n\nBoiling Eggs", EGGS),
        ("<think>\nThe user wants", None),
        ("thoughts</think>\nBoiling Eggs", EGGS),
        (
            "To boil an egg, you need to place it in a pot of water and heat it until it boils.",
            None,
        ),
        (
            (
                "To boil an egg, follow these steps:\n1. Fill a pot with cold water and add the "
                "eggs to it.\n2. Boil"
            ),
            None,
        ),
        ("I'm sorry, but I can't help with that.", None),
        ("Write a title of at most six words for this conversation", None),
        ("User: how do I boil an egg?", None),
        ("How do I boil an egg", None),
        ("How do I boil an egg?", None),
        ('A good title would be "Boiling Eggs".', EGGS),
        ("我建议的标题是《煮鸡蛋》。", "煮鸡蛋"),
        ("标题：《红烧肉的做法》", "红烧肉的做法"),
        ("标题: 红烧肉", "红烧肉"),
        ("**标题**：红烧肉", "红烧肉"),
        ("Python: Reading Files", "Python: Reading Files"),
        ("FastAPI：入门", "FastAPI：入门"),
        ("# Boiling Eggs", EGGS),
        ("`Boiling Eggs`", EGGS),
        ("{'title': 'Boiling eggs'}", "Boiling eggs"),
        ('{"titles": ["A good one", "B"]}', "A good one"),
        ('["A good one", "B"]', "A good one"),
        ('{"emoji": "🍳", "title": "Eggs"}', "Eggs"),
        ("What is Docker? A Beginner's Guide", "What is Docker? A Beginner's Guide"),
        ("<title>Boiling Eggs</title>", EGGS),
        ("Boiling **eggs** with `sous vide`", "Boiling eggs with sous vide"),
        ("好的，以下是标题：\n\n**煮鸡蛋的方法**\n\n希望对您有帮助！", "煮鸡蛋的方法"),
        ("好的，这是一个标题：煮鸡蛋的方法", "煮鸡蛋的方法"),
        ("以下是几个标题建议：\n1、煮鸡蛋\n2、鸡蛋", "煮鸡蛋"),
        ("Sure, here's a title: Boiling Eggs", EGGS),
        ("煮鸡蛋是一种常见的烹饪方法，需要把鸡蛋放入水中加热。", None),
        ("你好！我是一个AI助手。有什么可以帮您？", None),
        ("Hello! I'm an AI assistant. How can I help you today?", None),
        ("\n\n", None),
        ("\u200b\n\u2800\x01", None),
        ("\u200b\nA Title", "A Title"),
        ("Titre : Cuire des œufs", "Cuire des œufs"),
        ("Título: Huevos", "Huevos"),
        (
            (
                ""
                "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final"
                "<|message|>Boiling "
                "Eggs"
            ),
            EGGS,
        ),
        ("Title: Boiling Eggs\n\nExplanation: " + "x " * 300, EGGS),
        ("[Boiling Eggs](https://x.y)", EGGS),
        ("- Boiling Eggs", EGGS),
        ("Boiling Eggs.", EGGS),
        ("“Boiling Eggs”", EGGS),
        ("The title is: Boiling Eggs", EGGS),
        ("The conversation is about boiling eggs.", None),
        ("This conversation is about how to boil eggs in water.", None),
        ("---\nBoiling Eggs\n---", EGGS),
        ('"title": "Boiling Eggs"', EGGS),
        ('{"title": "Boiling Eggs', EGGS),
        ('title = "Boiling Eggs"', EGGS),
        ("<h1>Boiling Eggs</h1>", EGGS),
        ("**Rich** `Markdown` tour", "Rich Markdown tour"),
        ("Option 1: Boiling Eggs\nOption 2: Eggs", EGGS),
        ("**Option 1:** Boiling Eggs\n**Option 2:** Eggs", EGGS),
        ("Chapter 1: Intro", "Chapter 1: Intro"),
        (".NET Basics", ".NET Basics"),
        ("Introduction to C#", "Introduction to C#"),
        ("《西游记》与《红楼梦》", "《西游记》与《红楼梦》"),
        ('"Hello" in French', '"Hello" in French'),
        ("'Boiling Eggs'", EGGS),
        ('"Boiling Eggs', EGGS),
        ("Rock 'n' Roll", "Rock 'n' Roll"),
        ('```json\n["Boiling eggs"]\n```', "Boiling eggs"),
        ('```\n{"conversation": {"title": "Boiling eggs"}}\n```', "Boiling eggs"),
        ('{"result":{"title":"Boiling eggs"}}', "Boiling eggs"),
        ("~~~\nBoiling eggs\n~~~", "Boiling eggs"),
        ('`{"title": "Boiling eggs"}`', "Boiling eggs"),
        ('json\n{"title": "Boiling eggs"}', "Boiling eggs"),
        ("标题建议：煮鸡蛋", "煮鸡蛋"),
        ("根据对话内容，标题可以是：“煮鸡蛋指南”", "煮鸡蛋指南"),
        ('```json\n{"title": "Boiling eggs"', "Boiling eggs"),
        ("*Boiling Eggs*", EGGS),
        ("**Boiling Eggs**\n\n*Explanation*: short.", EGGS),
        ("<b>x1</b>", "x1"),
        ("Here’s a concise title for your conversation:\n\n> Boiling Eggs", EGGS),
        ("Sure!\n\nBoiling Eggs", EGGS),
        ("1) “Boiling Eggs”", EGGS),
        ('"A Title"\nand more', "A Title"),
        ("**Title: Bold**", "Bold"),
        ("<b>x</b>", "x"),
        ("\n\n\n", None),
        ("Title - Boiling Eggs", EGGS),
        ("The Beatles'", "The Beatles'"),
        ("Certainly, here is the title you requested\n\n**Boiling Eggs**", EGGS),
        ("好的！\n\n煮鸡蛋", "煮鸡蛋"),
        ("\n" * 2_000 + "too late", None),
        ('{"error": "rate limit"}', None),
        ('{"error": {"message": "no"}}', None),
        ('{"name":"set_title","arguments":{"title":"Boiling Eggs"}}', EGGS),
        ('{"role":"assistant","content":"Boiling Eggs"}', EGGS),
        ('{"language":"en","text":"Boiling Eggs"}', EGGS),
        *((nothing, None) for nothing in ("null", "None", "N/A", "Untitled", "New chat", "新对话")),
        ("I cannot create a title", None),
        ("抱歉，我无法", None),
        ("I Can Cook: Boiling Eggs", "I Can Cook: Boiling Eggs"),
        ("Python vs. JavaScript for Beginners", "Python vs. JavaScript for Beginners"),
        ("It is hot. Take your time", None),
        ("<s>Boiling Eggs</s>", EGGS),
        ("[INST]Boiling Eggs[/INST]", EGGS),
        ("<title>Boiling Eggs", EGGS),
        ("عنوان: البيض", "البيض"),
        ("words " * 100, None),
    ],
)
def test_the_title_in_an_answer(answer: str, title: str | None) -> None:
    assert title_in(answer, QUESTION, INSTRUCTION) == title


@pytest.mark.anyio
async def test_first_words_then_the_models_title(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    upstream.title = '"Better Title"'
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="how do I boil an egg?")
        events = await socket.until("title")
        assert events[-1]["title"] == "how do I boil an egg?"
        events = await socket.until("title")
        assert events[-1]["title"] == "Better Title"
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "Better Title"


@pytest.mark.anyio
async def test_a_title_of_the_users_own_is_never_replaced(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("Mine")
    assert (await ada.say(conversation, "hello")).status_code == 200
    assert [request for request in upstream.requests if request.is_title] == []
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "Mine"


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_a_title_that_cannot_be_had_does_no_harm(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    upstream.title = "\n"
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    assert (await ada.say(conversation, "hello there")).json()["reply"]["status"] == "complete"
    await upstream.received(2)
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "hello there"


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_a_title_is_asked_for_as_a_reply_is(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    """Some models refuse calls that do not stream."""
    ada = await server.person_with_model(upstream.url)
    await ada.say(await ada.conversation(), "hello there")
    await upstream.received(2)
    reply, title = upstream.requests
    assert title.is_title and not reply.is_title
    assert title.body.keys() == reply.body.keys() and title.is_streamed


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_the_demo_is_not_asked_for_titles(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    default = {"default_model_url": upstream.url, "default_api_key": "sk-operator"}
    server = await start_server(**default, default_model_name=NAME)
    ada = await server.register()
    conversation = await ada.conversation()
    await ada.say(conversation, "hello *there*")
    await ada.set_model(upstream.url, "echo")
    await ada.say(conversation, "again")
    await upstream.received(3)
    assert [request.is_title for request in upstream.requests] == [False, False, True]
