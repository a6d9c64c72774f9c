"""What is mended in the bytes of a JSON text reads as its faults were meant, wherever it is cut."""

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.transfer import mended
from app.services.transfer.json_values import BrokenJson, JsonValues, TooLarge
from app.services.transfer.mended import Mended

ATOMS = [r"\\", r"\"", r"\ud83d", r"\uDE00", r"\ude00", r"\uD83D", r"\u00e9", r"\n", "é😀"]
ATOMS += [*"aud-,中", "NaN", "Infinity"]
VALUES = st.sampled_from(["NaN", "-Infinity", "Infinity", "null", "[]", "-1.5"])
STRINGS = st.lists(st.sampled_from(ATOMS), max_size=8).map(lambda atoms: f'"{"".join(atoms)}"')
TEXTS = st.lists(VALUES | STRINGS, max_size=5).map(lambda values: f"[{', '.join(values)}]")


class InPieces(io.BytesIO):
    """A source that gives less at once than is asked for."""

    def __init__(self, text: bytes, most: int) -> None:
        super().__init__(text)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._most)


def read(text: bytes, most: int) -> bytes:
    through = Mended(InPieces(text, most))
    return b"".join(iter(lambda: through.read(1), b""))


def meant(value: Any) -> Any:
    """What Python reads, as far as it takes more than others."""
    if isinstance(value, list):
        return [meant(each) for each in value]
    if isinstance(value, float) and abs(value) != 1.5:
        return None
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


@given(TEXTS, st.integers(1, 20))
def test_a_text_is_mended_wherever_it_is_cut(text: str, chunk: int) -> None:
    assert json.loads(read(text.encode(), chunk)) == meant(json.loads(text))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_of_the_encoding_is_no_part_of_the_text(codec: str) -> None:
    assert read('["中"]'.encode(codec), 3) == '["中"]'.encode()


def test_bytes_that_are_no_text_end_nothing() -> None:
    assert json.loads(read(b'["a\xff\xed\xa0\xbdb", 1]', 2)) == ["a\ufffd\ufffd\ufffd\ufffdb", 1]


def test_the_rest_of_an_endless_string_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mended, "STRING_BYTES", 1000)
    text = b'["' + b"a" * 5000 + rb"\"" * 500 + b'", 1]'
    first, second = json.loads(read(text, 100))
    assert (first[:900], second) == ("a" * 900, 1)
    assert len(first) < 2000


def test_a_value_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.transfer.json_values.VALUE_BYTES", 2000)
    many = b"[" * 40 + b"]" * 40
    values = JsonValues(
        io.BytesIO(b'[1, {"a": {"b": ["' + b"x" * 3000 + b'", {}]}}, ' + many + b", 2]")
    )
    found: list[Any] = []
    for _ in values.items():
        try:
            found.append(values.value())
        except TooLarge:
            found.append("too large")
    assert found == [1, "too large", "too large", 2]


def test_what_is_not_taken_is_passed_over() -> None:
    values = JsonValues(io.BytesIO(b'{"a": {"b": [1, {"c": 2}]}, "d": [[3, 4], 5, 6], "e": 7}'))
    found: list[Any] = []
    for key in values.keys():
        if key == "d":
            for _ in values.items():
                if values.kind() == "start_array":
                    for _ in values.items():
                        found.append(values.value())
                        break
                else:
                    found.append(values.value())
                    break
        elif key == "e":
            found.append(values.value())
    assert found == [3, 5, 7]


@pytest.mark.parametrize(
    "text", [b"", b"[1", b"[1,, 2]", b'["\x01"]', b"[1] 2", b'{"a" 1}', b"[1}"]
)
def test_what_is_no_json_is_broken(text: bytes) -> None:
    values = JsonValues(io.BytesIO(text))
    with pytest.raises(BrokenJson):
        while values.kind() != "end":
            values.value()
