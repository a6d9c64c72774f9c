"""Pydantic's findings in plain words, without the input (it may hold a password)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import InvalidInput, Language

SAYINGS: dict[str, tuple[str, str]] = {
    "missing": ("缺少", "missing"),
    "string_type": ("必须是字符串", "must be a string"),
    "string_unicode": ("含有不允许的字符", "holds characters that are not allowed"),
    "invalid_characters": ("含有不允许的字符", "holds characters that are not allowed"),
    "blank": ("不能为空", "must not be blank"),
    "string_too_short": ("至少 {min_length} 个字符", "needs at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字符", "has more than {max_length} characters"),
    "too_short": ("至少 {min_length} 个字符", "needs at least {min_length} characters"),
    "too_long": ("最多 {max_length} 个字符", "has more than {max_length} characters"),
    "string_pattern_mismatch": ("格式不正确", "has the wrong form"),
    "value_error": ("格式不正确", "has the wrong form"),
    "int_type": ("必须是整数", "must be a whole number"),
    "int_parsing": ("必须是整数", "must be a whole number"),
    "int_from_float": ("必须是整数", "must be a whole number"),
    "float_type": ("必须是数字", "must be a number"),
    "finite_number": ("必须是数字", "must be a number"),
    "list_type": ("必须是列表", "must be a list"),
    "dict_type": ("必须是对象", "must be an object"),
    "no_items": ("不能为空", "must not be empty"),
    "too_many_items": ("最多 {max_length} 项", "has more than {max_length} items"),
    "extra_forbidden": ("不是已知的字段", "is not a known field"),
    "reserved_name": ("不能含有 {name}", "must not hold {name}"),
    "one_of_two": ("只能给出其中一个", "give one of the two"),
    "one_way": ("必须且只能给出一种登录方式", "give one way to log in, and only one"),
    "not_json": ("不是有效的 JSON", "is not valid JSON"),
    "json_too_large": ("超过 {kib} KiB", "is larger than {kib} KiB"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "model_attributes_type": ("必须是对象", "must be an object"),
    "model_type": ("必须是对象", "must be an object"),
    "union_tag_invalid": ("类型未知", "has an unknown type"),
    "union_tag_not_found": ("缺少 type", "has no type"),
}
UNKNOWN = ("不正确", "is not valid")


def invalid_input(errors: Sequence[Mapping[str, Any]], language: Language) -> InvalidInput:
    """The error for what was found: each place and what is wrong there."""
    found = [(_place(error), _saying(error, language)) for error in errors[:5]]
    where = "; ".join(f"{place} {saying}" if place else saying for place, saying in found)
    return InvalidInput(where, [(place, saying) for place, saying in found if place])


def _place(error: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"] if part != "body")[:100]


def _saying(error: Mapping[str, Any], language: Language) -> str:
    kind, about = str(error["type"]), error.get("ctx", {})
    if kind == "too_long" and about.get("field_type") == "List":
        kind = "too_many_items"
    zh, en = SAYINGS.get(kind, UNKNOWN)
    return (zh if language == "zh" else en).format(**about)
