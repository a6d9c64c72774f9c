"""Thoughts in the text of a reply: told apart however it is cut, only where they stand."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.upstream.chat_stream import ChatStream
from app.services.upstream.thoughts import HELD_MAX, MARKS, ThoughtSplitter, split_prefilled

ANSWERS = {
    "<think>\nI add.\n</think>\n\nThe answer is 4.": ("I add.", "The answer is 4."),
    " \n<THINK>I add.</Think>4": ("I add.", "4"),
    "<thinking>I add.</thinking>4": ("I add.", "4"),
    "<think>\n\n</think>\n\n4": ("", "4"),
    "<think>a\n\n b</think>4\n": ("a\n\n b", "4\n"),
    "<think>a < b </ thin </thin</think>4": ("a < b </ thin </thin", "4"),
    "◁think▷I add.◁/think▷4": ("I add.", "4"),
    "[THINK]I add.[/THINK]4": ("I add.", "4"),
    "<seed:think>I add.</seed:think>4": ("I add.", "4"),
    "<|begin_of_thought|>\n\nI add.\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n4"
    "<|end_of_solution|>": ("I add.", "4"),
    "<|START_THINKING|>I add.<|END_THINKING|><|START_RESPONSE|>4<|END_RESPONSE|>": ("I add.", "4"),
    "<think>I add.</think><answer>4</answer>": ("I add.", "4"),
    "<think>I add.</think>\n\n<response>\n4</response>": ("I add.", "4"),
    "<longcat_think>\nI add.\n</longcat_think>4": ("I add.", "4"),
    "<|channel>thought\nI add.\n<channel|>4": ("I add.", "4"),
    "<|channel>thought\n<channel|>4": ("", "4"),
    "<unused94>thought\nI add.<unused95>4": ("I add.", "4"),
    "<response>4</response>": ("", "<response>4</response>"),
    "<|channel|>analysis<|message|>I add.<|end|><|start|>assistant<|channel|>final<|message|>4"
    "<|return|>": ("I add.", "4"),
    "<|channel|>final<|message|>4": ("", "4"),
    "<think>one</think>\n<think>two</think>4": ("one\n\ntwo", "4"),
    "</think>\n\n4": ("", "4"),
    "<think>never closed </thi": ("never closed </thi", ""),
    "  4": ("", "  4"),
    "<": ("", "<"),
    "<thin": ("", "<thin"),
    "<b>4</b>": ("", "<b>4</b>"),
    "[1] is a source": ("", "[1] is a source"),
    "Use `<think>` and </think>.": ("", "Use `<think>` and </think>."),
    "`<think>x</think>`": ("", "`<think>x</think>`"),
    "```\n<think>x</think>\n```": ("", "```\n<think>x</think>\n```"),
    "<answer>4</answer>": ("", "<answer>4</answer>"),
    "": ("", ""),
}


def split(*pieces: str, opened: str = "") -> tuple[str, str]:
    texts = {"reasoning": "", "content": ""}

    def emit(kind: str, text: str) -> None:
        assert text
        texts[kind] += text

    splitter = ThoughtSplitter(emit, opened)
    for piece in pieces:
        splitter.feed(piece)
    splitter.close()
    return texts["reasoning"], texts["content"]


@pytest.mark.parametrize("text", ANSWERS)
def test_a_thought_is_told_apart(text: str) -> None:
    assert split(text) == split(*text) == ANSWERS[text]


@given(st.sampled_from(sorted(ANSWERS)), st.lists(st.integers(0, 120), max_size=6))
def test_any_cut_gives_the_same_texts(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in zip(places, places[1:], strict=False) if a < b]
    assert split(*pieces) == ANSWERS[text]


@given(st.text(st.sampled_from("<think>/ \n◁▷[]|a"), max_size=40), st.data())
def test_any_text_gives_the_same_however_it_is_cut(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    assert split(text[:cut], text[cut:]) == split(text) == split(*text)


@pytest.mark.parametrize("opener", MARKS)
def test_every_mark_opens_and_closes(opener: str) -> None:
    assert split(*opener, "a", *MARKS[opener], "b") == ("a", "b")


def test_a_thought_that_the_template_opened_is_told_apart_once_that_is_known() -> None:
    for pieces in (
        ["I add.\n</think>\n\n4"],
        [*"I add.\n</think>\n\n4"],
        [*"<think>I add.</think>4"],
    ):
        assert split(*pieces, opened="</think>") == ("I add.", "4")


def test_blanks_without_end_are_not_held_for_ever() -> None:
    blanks = " " * HELD_MAX
    assert split(*[blanks] * 3, "x") == ("", blanks * 3 + "x")
    assert split("<think>a", *[blanks] * 3, "b</think>c") == ("a" + blanks * 3 + "b", "c")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I add.\n</think>\n\n4", ("I add.", "4", "</think>")),
        ("I add.</THINKING>4", ("I add.", "4", "</thinking>")),
        ("I use `x`.\n◁/think▷4", ("I use `x`.", "4", "◁/think▷")),
        ("4", None),
        ("It ends with `</think>`, see?", None),
        ("```\na</think>\n```", None),
        ("First <think> and then </think>.", None),
        ("", None),
    ],
)
def test_a_whole_text_is_parted_where_only_a_closing_mark_stands(text: str, parts: Any) -> None:
    assert split_prefilled(text) == parts


def decode(*deltas: dict[str, Any], opened: str = "") -> tuple[str, str]:
    texts = {"reasoning": "", "content": ""}

    def emit(kind: str, text: str) -> None:
        texts[kind] += text

    stream = ChatStream(emit, 100_000, 100_000, opened)
    for delta in deltas:
        stream.feed(b"data: %s\n\n" % json.dumps({"choices": [{"delta": delta}]}).encode())
    stream.feed(b"data: [DONE]\n\n")
    stream.finish()
    return texts["reasoning"], texts["content"]


def test_what_comes_as_a_field_stays_what_it_is() -> None:
    thought, answer = {"reasoning_content": "why"}, {"content": "so"}
    assert decode(thought, answer, opened="</think>") == ("why", "so")
    assert decode(thought, {"content": "</think>\n\n"}, answer) == ("why", "so")
    assert decode({"content": [{"type": "thinking", "thinking": "why"}]}, answer) == ("why", "so")
    assert decode({"reasoning_content": "<think>"}, answer) == ("<think>", "so")
