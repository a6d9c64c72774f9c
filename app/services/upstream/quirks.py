"""What is known of a model's server: which parameters it calls otherwise, and which it refuses.

Kept as JSON beside the model, for 30 days:
`{"renamed": {"max_tokens": {"to": "max_completion_tokens", "at": 1760000000}},
"refused": [{"name": "temperature", "mode": "", "at": 1760000000, "value": 0.2}]}`.
A refusal holds for one value, or at all (`"at_all": true`), or beside another parameter
(`"beside": "temperature"`); and for one mode, as a model that reasons takes less than one that does
not. `at` is in seconds since 1970. `"pictures": 1760000000`: it refused them then, which is kept
for a week. Whatever else is found in them is ignored.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal, NotRequired, TypedDict

from app.schemas.params import SAMPLING, TOKEN_NAMES, Params, stable

KEPT_SECONDS = 30 * 24 * 3600
PICTURES_KEPT_SECONDS = 7 * 24 * 3600
"""Whoever uses a shared model has no other way of having it tried again."""
REFUSED_MAX = 32
OWN_NAME, OTHER_NAME = TOKEN_NAMES

Reason = Literal["not_supported", "value_not_supported", "not_together"]


class Refused(TypedDict):
    """One refusal of a sampling parameter; `bound`: its words named a bound, within which other
    values may be taken."""

    name: str
    mode: str
    at: int
    value: NotRequired[float]
    at_all: NotRequired[bool]
    beside: NotRequired[str]
    bound: NotRequired[bool]


class Renamed(TypedDict):
    """How a server calls a parameter."""

    to: str
    at: int


class Quirks(TypedDict):
    """What is known of one model."""

    renamed: dict[str, Renamed]
    refused: list[Refused]
    pictures: NotRequired[int]


def known(kept: object, now: float) -> Quirks:
    """What of kept quirks can be read and still holds at `now`."""
    renamed = kept.get("renamed") if isinstance(kept, dict) else None
    refused = kept.get("refused") if isinstance(kept, dict) else None
    quirks = Quirks(renamed={}, refused=[])
    name: Any = renamed.get(OWN_NAME) if isinstance(renamed, dict) else None
    if _is_fresh(name, now) and name.get("to") == OTHER_NAME:
        quirks["renamed"][OWN_NAME] = Renamed(to=OTHER_NAME, at=name["at"])
    if isinstance(refused, list):
        quirks["refused"] = [item for item in refused[-REFUSED_MAX:] if _is_refusal(item, now)]
    if refuses_pictures(kept, now):
        quirks["pictures"] = kept["pictures"]  # type: ignore[index]
    return quirks


def refuses_pictures(kept: object, now: float) -> bool:
    """Whether a model's server has refused pictures, lately."""
    at = kept.get("pictures") if isinstance(kept, dict) else None
    return type(at) is int and abs(now - at) <= PICTURES_KEPT_SECONDS


def with_pictures_refused(quirks: Quirks, now: float) -> Quirks:
    """These quirks, of a server that refuses pictures."""
    return {**quirks, "pictures": int(now)}


def mode_of(params: Params) -> str:
    """What a server's refusals hang on besides: how a model reasons, and what `extra` holds."""
    mode: Params = {name: params[name] for name in ("reasoning_effort", "extra") if name in params}
    return sha256(stable(mode).encode()).hexdigest()[:8] if mode else ""


def left_out_of(params: Params, refused: Sequence[Refused]) -> dict[str, Reason]:
    """Which of these parameters are not sent, as they were refused before, and why."""
    mode = mode_of(params)
    left: dict[str, Reason] = {}
    for name in SAMPLING:
        if name in params:
            mine = [item for item in refused if item["name"] == name and item["mode"] == mode]
            if reason := _reason(params, left, params[name], mine):
                left[name] = reason
    return left


def with_refused(quirks: Quirks, new: Sequence[Refused]) -> Quirks:
    """These quirks and what was refused now; the newest where there are too many."""
    return {**quirks, "refused": [*quirks["refused"], *new][-REFUSED_MAX:]}


def with_name(quirks: Quirks, name: str, now: float) -> Quirks:
    """These quirks, of a server that takes `max_tokens` by this name."""
    renamed = {} if name == OWN_NAME else {OWN_NAME: Renamed(to=name, at=int(now))}
    return {**quirks, "renamed": renamed}


def _reason(
    params: Params, left: Mapping[str, Reason], value: object, mine: Sequence[Refused]
) -> Reason | None:
    values = {item["value"] for item in mine if "value" in item}
    unbound = {item["value"] for item in mine if "value" in item and not item.get("bound")}
    if len(unbound) > 1 or any(item.get("at_all") for item in mine):
        return "not_supported"
    if value in values:
        return "value_not_supported"
    others = (item["beside"] for item in mine if "beside" in item)
    return "not_together" if any(it in params and it not in left for it in others) else None


def _is_fresh(item: Any, now: float) -> bool:
    at = item.get("at") if isinstance(item, dict) else None
    return isinstance(at, int | float) and abs(now - at) <= KEPT_SECONDS


def _is_refusal(item: Any, now: float) -> bool:
    if not _is_fresh(item, now) or item.get("name") not in SAMPLING:
        return False
    if not isinstance(item.get("mode"), str):
        return False
    is_about_value = type(item.get("value")) in (int, float)
    return is_about_value or item.get("at_all") is True or item.get("beside") in SAMPLING
