"""What an endpoint's words say of a prompt that is too long for its model: that it is, how much
fits and how much was sent. Read by their shape, since every vendor words them differently."""

import re
from dataclasses import dataclass

LEAST, MOST = 128, 100_000_000
"""A number outside of these counts no prompt: it is a place, a status or a point in time."""
WORDS_MAX = 2_000
REACH = r"[^\n]{0,80}?"

_SUBJECT = (
    r"(?:context|prompt|tokens?|sequence|conversation|messages?|history"
    r"|(?:max(?:imum)?[ _-])?length|(?:request|input|payload|body|text)"
    r"(?: (?:body|text|length|size|tokens?|entity))?)"
)
_EXCESS = (
    r"(?:exceed|too (?:long|large|big|many)|longer than|over(?:flow| the| its)|(?:does ?n[o']t|not)"
    r" fit|surpass|beyond|(?:greater|larger|more) than (?:the )?(?:max|allowed|limit|context))"
)
_TOO_LONG = re.compile(
    "|".join(
        (
            rf"\b{_SUBJECT}\b{REACH}{_EXCESS}",
            rf"{_EXCESS}{REACH}\b(?:context|tokens?|sequence|(?:max(?:imum)? )?length)\b",
            r"\btoo (?:many|much) (?:input |prompt )?(?:tokens?|text|context)\b",
            r"context_(?:length|window|size)_exceeded|exceed_context_size|string_above_max_length",
            r"tokens?[ _]limit[ _](?:reached|exceeded)|(?:token|context|length) limit\b",
            r"max(?:imum)? (?:context|prompt|input|sequence|model)"
            r" (?:length|size|tokens?|window|characters?)|context shift",
            r"(?:reduc|shorten|truncat)\w*" + REACH + rf"\b{_SUBJECT}\b",
            r"range of input length",
            r"(?:\b|(?<=prompt_)|(?<=input_))tokens?\b[^\n]{0,40}? (?:must|should|can) (?:not )?be"
            r" (?:<|≤|less|at most|below|under)",
            r"(?:上下文|输入|提示|对话|消息|文本|请求体|长度|字数|token|prompt|令牌)"
            r"[^。\n]{0,30}(?:超[过出长限]|过[长大多]|太[长大多])",
            r"超[过出长限][^。\n]{0,20}(?:上下文|长度|token|令牌|字数|窗口)",
            r"(?:缩短|精简|减少|截断)[^。\n]{0,15}(?:上下文|输入|提示|对话|消息|文本|长度|内容)",
        )
    ),
    re.IGNORECASE,
)
_OTHER_BOUND = re.compile(
    r"rate[ _-]?limit|quota|\bper[ -](?:minute|day|hour|second)|\b[TR]P[MD]\b|balance|billing"
    r"|credit|too many (?:requests|concurrent)|频率|额度|余额|配额|并发|限流|欠费|每分钟|每[天日]",
    re.IGNORECASE,
)
"""A bound on something else than the length of one prompt."""
_REPLY_BOUND = re.compile(
    r"max_(?:completion_|new_|output_)?tokens\b[^\n]{0,60} too large(?![^\n]*context)",
    re.IGNORECASE,
)
"""A bound on what the model may write."""
_ONE_REQUEST = re.compile(
    r"(?:request|prompt|input|message)[^\n]{0,20} too (?:large|long)"
    r"|reduce your (?:message|prompt)",
    re.IGNORECASE,
)
"""Said where one prompt alone is above what may be sent in a minute: a shorter one is taken."""

_NUMBER = re.compile(
    r"(?<![\w.\-/])(?=\d)((?:\d{1,3}(?:[,.'’_\u00a0\u2009\u202f ]\d{3})+)|\d+)"
    r"(?:(?=\s?[kK]\b)\s?([kK]))?(?![A-Za-z0-9_]|\.\d|-[a-z])",
    re.ASCII,
)
_LIMIT_BEFORE = re.compile(
    r"max|limit|at most|up to|no more than|context|window|n_ctx|allow|support|capacity|range|"
    r"must be|should be|less than|<=|>|≤|only|"
    r"上限|最大|最多|最长|限制|不[得能]?超过|窗口|支持|允许|超过了?(?:模型的?)?$",
    re.IGNORECASE,
)
_LIMIT_AFTER = re.compile(
    r"\W{0,3}(?:(?:input |prompt )?tokens?\W{0,3})?(?:max(?!_)|limit|allowed|上限)", re.I
)
_ABOUT_REPLY = re.compile(
    r"(?:`|['\"])?max_(?:completion_|new_|output_)?tokens(?:`|['\"])?|completion|output|max_new",
    re.I,
)
_KEY = re.compile(r"[\"'](\w{1,40})[\"']\s*[:=]\s*[\"']?$")
"""A JSON field says by itself what its number is."""
_CODE = re.compile(
    r"(?:code|status|error|\bid)[\"']?\W{0,3}$|invalid params[^\n(]*\($", re.IGNORECASE
)
"""What comes before a number that counts nothing: `Error code: 400`, MiniMax's `limit (2013)`."""
_DIFFERENCE = re.compile(r"\bby $")
_SENT_NOUN = re.compile(
    r"\b(?:request|given|got|your|contain|result|sent|provided)|请求|实际|当前", re.I
)


@dataclass(frozen=True, slots=True)
class Overrun:
    """How many tokens fit and how many were sent, as far as an endpoint says so."""

    limit: int | None = None
    sent: int | None = None


def overrun_in(words: str, certain: bool = False) -> Overrun | None:
    """What the words of a refusal say of a prompt's length; None where they speak of something
    else. `certain`: that the prompt is too long is known already, by the status."""
    words = words[:WORDS_MAX]
    if not certain:
        if not _TOO_LONG.search(words):
            return None
        if _OTHER_BOUND.search(words) and not _ONE_REQUEST.search(words):
            return None
        if _REPLY_BOUND.search(words):
            return None
    return _numbers(words)


def _numbers(words: str) -> Overrun:
    """The limit, and the largest number above it that is no limit."""
    limits: list[int] = []
    others: list[int] = []
    end = 0
    for found in _NUMBER.finditer(words):
        number = int(re.sub(r"\D", "", found[1])) * (1000 if found[2] else 1)
        if not LEAST <= number <= MOST:
            continue
        before, end = words[end : found.start()][-80:], found.end()
        if _CODE.search(before) or _DIFFERENCE.search(before):
            continue
        key = _KEY.search(before)
        before = key[1] if key else before
        own = _ABOUT_REPLY.sub(" ", before)
        if _LIMIT_AFTER.match(words, end) or _is_limit(own):
            limits.append(number)
        elif own == before:
            others.append(number)
    limit = min(limits, default=None)
    sent = max((number for number in others if limit is None or number > limit), default=None)
    return Overrun(limit, sent if limit is not None else None)


def _is_limit(before: str) -> bool:
    """Whether the words before a number announce a limit, and not what was sent after all."""
    announced = [found.end() for found in _LIMIT_BEFORE.finditer(before)]
    return bool(announced) and not _SENT_NOUN.search(before, announced[-1])
