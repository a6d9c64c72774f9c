"""Which spellings are one name, and which characters a user name may not have."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidUsername
from app.utils.names import canonical, check_username

CAFE = "café"
SAME = [
    ("Ada", "aDA"),
    ("ada", "ａｄａ"),
    (CAFE, unicodedata.normalize("NFD", CAFE)),
    ("straße", "STRASSE"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("ﬁle", "FILE"),
    ("用户①", "用户1"),
    ("ada@例え.example", "ADA@例え.EXAMPLE"),
]
DIFFERENT = [
    ("cafe", CAFE),
    ("🍣🍣🍣", "🍺🍺🍺"),
    ("张三丰", "張三豐"),
    ("ada1", "ada2"),
    ("muller", "müller"),
]
ALLOWED = ["ada", "张三丰", "Ада-1", "🍣🍺🍕", "o'brien", "a.b_c+d", "नमस्ते", "가나다"]
ALLOWED += ["Ada B. Lovelace"]
REFUSED = {
    "two blanks": "a  da",
    "blank behind": "ada ",
    "blank before": " ada",
    "tab": "ada\t",
    "line": "ada\n",
    "ideographic space": "ada\u3000",
    "no-break space": "ada\u00a0",
    "line separator": "ada\u2028",
    "at": "ada@x",
    "full-width at": "ada＠x",
    "NUL": "ada\0",
    "escape": "ada\x1b[0m",
    "C1 control": "ada\x85",
    "zero-width space": "ada\u200b",
    "zero-width joiner": "ada\u200d",
    "byte-order mark": "\ufeffada",
    "soft hyphen": "a\u00adda",
    "right-to-left override": "\u202eada",
    "word joiner": "ada\u2060",
    "tag": "ada\U000e0041",
    "variation selector": "ada\ufe0f",
    "Hangul filler": "ada\u3164",
    "combining grapheme joiner": "ada\u034f",
    "blank braille": "ada\u2800",
    "unassigned and ignorable": "ada\u2065",
    "unassigned tag": "ada\U000e0000",
    "not a character": "ada\uffff",
    "ligature that holds blanks": "\ufdfaabc",
    "private use": "ada\ue000",
    "key too long": "㍿" * 50,
}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("name", ALLOWED)
def test_names_of_any_script_are_allowed(name: str) -> None:
    check_username(name)


@pytest.mark.parametrize("name", REFUSED.values(), ids=REFUSED.keys())
def test_what_hides_or_misleads_is_refused(name: str) -> None:
    with pytest.raises(InvalidUsername):
        check_username(name)


@settings(deadline=None)
@given(st.text(max_size=50))
def test_a_key_is_its_own_key(name: str) -> None:
    key = canonical(name)
    assert canonical(key.decode()) == key


@settings(deadline=None)
@given(st.text(min_size=3, max_size=50))
def test_an_allowed_name_stays_allowed_in_its_canonical_spelling(name: str) -> None:
    try:
        check_username(name)
    except InvalidUsername:
        return
    assert canonical(name)
    check_username(canonical(name).decode())
