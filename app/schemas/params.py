"""What a person sets of how a model answers. Nothing is sent that nobody has set.

As a dictionary (`Params`) they are passed on, merged, stored and hashed. A null takes away what a
conversation or a preset has set; what is merged and what is stored has none.
"""

import json
import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from app.schemas.fields import LeftOutWhereNone, Text
from app.schemas.message import TOKENS_MAX

Params = dict[str, Any]

STOPS_MAX = 4
EXTRA_MAX_BYTES = 8 * 1024
EXTRA_MAX_DEPTH = 100
"""Far below the depth at which an answer that holds it could be written no longer."""
RESERVED = {"model", "messages", "input", "stream", "stream_options", "n", "store"}
"""What a request holds besides, or what would make another request of it."""
TOKEN_NAMES = ("max_tokens", "max_completion_tokens")
"""Two names of one parameter: the one it has here, and the one that some servers want."""
SAMPLING = ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty")
"""What only draws the words: without it there is an answer all the same. `stop` is none of these:
it says where a reply ends, as `max_tokens` does, and without it one gets, and pays for, more."""
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")


def _positive_zero(value: float) -> float:
    return value + 0.0  # -0.0 is the same number, and would be another text


def _few(value: object) -> object:
    """In words about items: pydantic's own are told as words about characters."""
    if isinstance(value, list) and not value:
        raise PydanticCustomError("no_items", "is empty")
    if isinstance(value, list) and len(value) > STOPS_MAX:
        raise PydanticCustomError("too_many_items", "has too many items", {"max_length": STOPS_MAX})
    return value


def _own_names_only(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    reserved = RESERVED | set(TOKEN_NAMES) | ReplyParams.model_fields.keys()
    # In any case: servers in Go read "Model" as "model", and the last of them counts there.
    taken = [name for name in value if name.casefold() in reserved]
    if taken:
        raise PydanticCustomError("reserved_name", "holds a name", {"name": min(taken)})
    return value


def _storable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if _is_deeper(value, EXTRA_MAX_DEPTH):
        raise PydanticKnownError("recursion_loop")
    try:
        text = _json(value)
    except ValueError:  # NaN, or an infinity
        raise PydanticCustomError("not_json", "is no JSON") from None
    if any(_UNSTORABLE.search(part) for part in _texts(value)):
        raise PydanticCustomError("invalid_characters", "holds NUL or half a character")
    if len(text.encode()) > EXTRA_MAX_BYTES:
        raise PydanticCustomError(
            "json_too_large", "is too large", {"kib": EXTRA_MAX_BYTES // 1024}
        )
    return value


Temperature = Annotated[
    float, Field(strict=True, ge=0, le=2, allow_inf_nan=False), AfterValidator(_positive_zero)
]
Probability = Annotated[
    float, Field(strict=True, ge=0, le=1, allow_inf_nan=False), AfterValidator(_positive_zero)
]
Penalty = Annotated[
    float, Field(strict=True, ge=-2, le=2, allow_inf_nan=False), AfterValidator(_positive_zero)
]
MaxTokens = Annotated[int, Field(strict=True, ge=1, le=TOKENS_MAX)]
Seed = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
Stop = Annotated[Text, Field(min_length=1, max_length=200)]
Stops = Annotated[list[Stop], Field(min_length=1, max_length=STOPS_MAX), BeforeValidator(_few)]
Effort = Annotated[str, Field(pattern=r"^[a-z]{1,16}$")]
Extra = Annotated[dict[str, JsonValue], AfterValidator(_own_names_only), AfterValidator(_storable)]
"""Whatever else a server understands; at most 8 KiB of JSON in UTF-8."""


class ReplyParams(BaseModel):
    """Parameters of a reply; what is null or left out is not sent. `extra` is sent beside them."""

    model_config = ConfigDict(extra="forbid")

    temperature: Temperature | None = None
    top_p: Probability | None = None
    max_tokens: MaxTokens | None = None
    stop: Stops | None = None
    seed: Seed | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    reasoning_effort: Effort | None = None
    extra: Extra | None = None


class ParamsRead(BaseModel):
    """Parameters as they are answered: those that are set."""

    temperature: Annotated[float | None, LeftOutWhereNone] = None
    top_p: Annotated[float | None, LeftOutWhereNone] = None
    max_tokens: Annotated[int | None, LeftOutWhereNone] = None
    stop: Annotated[list[str] | None, LeftOutWhereNone] = None
    seed: Annotated[int | None, LeftOutWhereNone] = None
    presence_penalty: Annotated[float | None, LeftOutWhereNone] = None
    frequency_penalty: Annotated[float | None, LeftOutWhereNone] = None
    reasoning_effort: Annotated[str | None, LeftOutWhereNone] = None
    extra: Annotated[dict[str, JsonValue] | None, LeftOutWhereNone] = None


def given(params: ReplyParams | None) -> Params:
    """The parameters as a request has them: its nulls too, and nothing that it leaves out."""
    return params.model_dump(exclude_unset=True) if params else {}


def merged(under: Params, over: Params) -> Params:
    """Each parameter from `over` where that names it, else from `under`; a null takes it away.
    `extra` is one of them: it is replaced as a whole, as nulls in it mean what its server says."""
    return {name: value for name, value in (under | over).items() if value is not None}


def stable(params: Params) -> str:
    """The one text of these parameters, to be stored and hashed: whatever order they came in."""
    return _json(params)


def stored(text: str | None) -> Params:
    """The parameters that a text holds. What this version does not know is left out: a later one
    may have written it, and no reply shall fail for it."""
    try:
        read = json.loads(text or "{}")  # not orjson, to which an int of many digits is a float
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    known = {name: read[name] for name in ReplyParams.model_fields if name in read}
    try:
        return merged({}, given(ReplyParams.model_validate(known)))
    except ValidationError as error:
        wrong = {found["loc"][0] for found in error.errors(include_url=False)}
    fine = {name: value for name, value in known.items() if name not in wrong}
    return merged({}, given(ReplyParams.model_validate(fine)))


def to_store(params: ReplyParams | None) -> str | None:
    """The text of what is set, None where nothing is."""
    return stable(set_) if (set_ := merged({}, given(params))) else None


def read(text: str | None) -> ParamsRead | None:
    """The parameters of a stored text, as they are answered."""
    return ParamsRead.model_validate(found) if (found := stored(text)) else None


def _json(value: object) -> str:
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def _is_deeper(value: JsonValue, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_deeper(part, depth - 1) for part in inner)


def _texts(value: JsonValue) -> list[str]:
    """Every text in a value, the names of its objects included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for part in value.values() for text in _texts(part))]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return []
