"""For every cursor: what was read up to it and what is read after it make the message."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.generation.live_reply import Ending, GrowingText, LiveReply, Opening
from app.services.messages.cursor import Cursor

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
DELTAS = st.lists(st.tuples(st.sampled_from(["content", "reasoning"]), ANY_TEXT), max_size=30)
OPENING = Opening({}, {})


@given(DELTAS, st.lists(st.integers(0, 30), max_size=10), st.integers(1, 9))
def test_reading_at_any_moments_gives_the_whole_text_once(
    deltas: list[tuple[str, str]], looks: list[int], limit: int
) -> None:
    live = LiveReply(7, OPENING)
    cursor, read = live.start, {"content": "", "reasoning": ""}

    def look() -> None:
        nonlocal cursor
        growth = live.read(cursor, limit)
        read["content"] += growth.content
        read["reasoning"] += growth.reasoning
        cursor = growth.cursor

    for index, (kind, text) in enumerate(deltas):
        live.push(kind, text)  # type: ignore[arg-type]
        for _ in range(looks.count(index)):
            look()
    live.finish(Ending("complete", "stop"))
    while live.goes_beyond(cursor):
        look()
    for kind in ("content", "reasoning"):
        assert read[kind] == "".join(text for of, text in deltas if of == kind)
    assert cursor.ended


@given(st.lists(ANY_TEXT, max_size=60), st.data())
def test_any_cursor_splits_the_text_in_two(pieces: list[str], data: st.DataObject) -> None:
    text = GrowingText()
    for piece in pieces:
        text.append(piece * 30)
    offset = data.draw(st.integers(0, text.length))
    assert str(text)[:offset] + text.since(offset) == str(text)
    limit = data.draw(st.integers(1, text.length + 1))
    assert text.since(offset, limit) == str(text)[offset : offset + limit]


@given(st.integers(1, 10**18), st.integers(0, 10**8), st.integers(0, 10**8), st.booleans())
def test_a_cursor_is_read_as_it_was_written(
    id: int, reasoning: int, content: int, end: bool
) -> None:
    cursor = Cursor(id, reasoning, content, end)
    assert Cursor.parse(str(cursor)) == cursor


@given(st.text())
def test_any_other_text_is_no_cursor(text: str) -> None:
    cursor = Cursor.parse(text)
    assert cursor is None or str(cursor) == text or text.count(".0") > 0


def test_what_comes_after_the_ending_is_dropped() -> None:
    live = LiveReply(1, OPENING)
    live.push("content", "all")
    live.finish(Ending("stopped", "stopped"))
    live.push("content", " more")
    live.finish(Ending("complete", "stop"))
    growth = live.read(live.start)
    assert growth.content == "all"
    assert growth.ending == Ending("stopped", "stopped")


def test_a_cursor_beyond_the_text_is_not_covered() -> None:
    live = LiveReply(1, OPENING)
    live.push("content", "short")
    assert live.covers(Cursor(1, 0, 5))
    assert not live.covers(Cursor(1, 0, 6))
    assert not live.covers(Cursor(2, 0, 0))
