"""What an endpoint's refusal means, as one of our own errors; its text goes no further.

Vendors disagree about statuses: a wrong key is 400 at Gemini and xAI, an empty account 400 at
Anthropic and DashScope, 403 at SiliconFlow, 429 at OpenAI. So words count first, then the status.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import orjson

from app.errors import (
    ContextTooLong,
    ReplyError,
    UpstreamAuthFailed,
    UpstreamFiltered,
    UpstreamModelUnknown,
    UpstreamNeedsResponses,
    UpstreamOutOfCredit,
    UpstreamRateLimited,
    UpstreamRegionRefused,
    UpstreamRejected,
    UpstreamUnavailable,
)
from app.services.upstream.length import overrun_in

TOO_LARGE = 413
"""RFC 9110 section 15.5.14: the content is larger than the server takes, whatever it says."""
MAY_BE_LENGTH = {400, 422}
MODEL_STATUSES = {400, 404, 422}

MEANINGS: tuple[tuple[type[ReplyError], str], ...] = (
    (
        UpstreamNeedsResponses,
        r"\b(?:only|use)\b[^\n.]{0,40}(?:\bv1/responses\b|responses (?:api|endpoint))",
    ),
    (
        UpstreamFiltered,
        r"content.?filter|content[_ ](?:\w+[_ ])?polic(?:y|ies)|content_(?:block|violat)|"
        r"data_?inspection|inappropriate content|responsible.?ai|moderation|prohibited.?content|"
        r"content exists risk|considered high risk|new_sensitive|sensitive (?:information|content)|"
        r"sensitive_?content|violates? [^.]{0,30}(?:guideline|polic)|"
        r"\bflagged\b|敏感|违规|内容安全|不安全",
    ),
    (
        UpstreamRegionRefused,
        r"unsupported.?(?:country|region|location)|"
        r"\b(?:country|region|location|territory)\b[^.]{0,30}"
        r"(?:not (?:supported|available|allowed|permitted)|unsupported|restricted|forbidden)|"
        r"not (?:supported|available|allowed|permitted) in (?:your|this) (?:country|region|loc)|"
        r"(?:unavailable|blocked|prohibited|not offered) (?:in|from|for) (?:your|this) "
        r"(?:country|region|location|territory)|"
        r"from (?:your|this) (?:country|region|location) (?:is|are) (?:not|blocked|prohibited)|"
        r"(?:地区|区域|国家)[^。]{0,10}(?:不支持|受限|限制|不可用)|"
        r"(?:不支持|未向|不对)[^。]{0,10}(?:地区|区域|国家)",
    ),
    (
        # Before credit: many a hint at a rate limit ends with where to pay for a higher one.
        UpstreamRateLimited,
        r"rate.?limit|too.?many.?requests|throttl|(?:requests?|tokens?|calls?) ?(?:per|/) ?"
        r"(?:second|minute|hour|day)|request limit|retry (?:in|after)\b|concurren|"
        r"\(e\.g\. check quota\)|"
        r"请求过于频繁|频率|速率|限流|并发",
    ),
    (
        UpstreamOutOfCredit,
        r"insufficient.{0,20}(?:quota|balance|credit|fund)|"
        r"(?:quota|balance|credit|fund|allowance|allocation)s?\b.{0,30}"
        r"(?:insufficient|not enough|too low|exceeded|exhausted|depleted|used up|reached)|"
        r"(?:exceed(?:ed|s)?|used up|no) .{0,20}(?:quota|allocation|allowance)|quota_?exceeded|"
        r"(?:free.?tier[^.]{0,40}|budget has been )(?:exhausted|exceeded)|"
        r"free.?tier.?only|budget_exceeded|"
        r"\bcredits?\b|key limit exceeded|billing|payment.?required|arrear|overdue|"
        r"spend(?:ing)?.limit|good standing|"
        r"余额|余量|欠费|充值|资源包|额度(?:不足|不够|已?用[尽完]|已?耗尽)",
    ),
    (
        UpstreamAuthFailed,
        r"(?<![a-z])(?:invalid|incorrect|wrong|missing|expired|no|bad)(?![a-z]).{0,12}"
        r"(?:api|access|secret|auth\w*|subscription|bearer|(?<![a-z])x)[-_ ]?"
        r"(?:api[-_ ]?)?(?:key|token|credential|header)|"
        r"(?:api|secret)[-_ ]?key(?![a-z]).{0,40}"
        r"(?:invalid|incorrect|wrong|missing|expired|required|disabled|revoked|blocked|"
        r"not (?:valid|found|provided|exist))|"
        r"\btoken (?:is |has |was |been )*(?:expired|invalid|incorrect|revoked|not valid)|"
        r"\b(?:bearer|access|auth\w*|api)[ _]token\b.{0,20}(?:malformed|rejected|unknown)|"
        r"(?:invalid|bad|wrong|incorrect|missing) credentials?\b|"
        r"\bcredentials?\b.{0,12}(?:not (?:be )?(?:verified|validated|found|valid)|invalid|"
        r"rejected|incorrect|malformed|denied)|"
        r"invalid[ _]?token(?!s)|token_?(?:expired|invalid)|"
        r"unauthori[sz]ed|unauthenticated|not authenticated|(?:authentication|authorization)[ _]?"
        r"(?:error|fail|required|invalid|is )|invalid[ _]?authentication|permission_?error|"
        r"permission_?denied|login fail|api[-_ ]?secret[-_ ]?key|"
        r"(?:令牌|密钥|秘钥|api ?key|(?<![a-z_])token(?!s)).{0,12}"
        r"(?:无效|错误|不存在|不正确|过期|失效|禁用|为空)|"
        r"(?:无效|错误|过期|失效|未提供).{0,4}(?:令牌|密钥|秘钥|api ?key|token(?!s))|"
        r"(?:身份|认证|鉴权).{0,6}(?:验证)?失败|未授权|未登录",
    ),
)
"""By their words: what an error means, the first that fits. Codes, types and sentences alike."""
_MEANINGS = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in MEANINGS]

MODEL_WORDS = re.compile(
    "|".join(
        (
            r"model_?not_?(?:found|exist)|deployment_?not_?found",
            r"(?:no such|unknown|invalid|incorrect|unrecognized) model\b|not a valid model",
            r"\bmodels?\b[^\n]{0,160}?"
            r"(?:not (?:be )?found|not exist|n't exist|is (?:unknown|not a valid)|decommissioned|"
            r"been (?:shut ?down|retired))",
            r"model (?:id|identifier|name)[^\n]{0,20} (?:is )?invalid|no available channel",
            r"\bnot (?:be )?f(?:ound|ind)[^\n]{0,20} model\b",
            r"模型[^。\n]{0,60}(?:不存在|未找到|找不到|无效|未知|没有|无可用渠道|已下[线架])",
            r"(?:不存在|未找到|找不到|无效|未知|没有)[^。\n]{0,12}模型",
        )
    ),
    re.IGNORECASE,
)
NO_CHANNEL = re.compile(r"no available channels? for|无可用渠道", re.IGNORECASE)
"""How gateways say with a 503 that nothing behind them has the model."""
ACCESS_WORDS = re.compile(
    r"\bmodel\b.{0,80}no access|access to (?:the )?model|model[ .]?access|model_access"
    r"|access (?:the |this )?model|model disabled|模型.{0,20}权限|无权.{0,6}模型",
    re.IGNORECASE,
)
PICTURE_WORDS = re.compile(
    r"image_url|image[ _]?(?:input|content|part|upload)|\bimages?\b.{0,60}"
    r"(?:not (?:supported|allowed|accepted|available|enabled)|unsupported|may be provided)|"
    r"(?:not|n't|no|cannot|unsupported|without)\b.{0,60}\b(?:images?|vision|visual|multi-?modal)\b|"
    r"mmproj|multi-?modal|\bvision\b|content.{0,40}(?:must|should|expected).{0,30}\bstring\b|"
    r"(?:expected|valid) (?:a )?string.{0,60}(?:content|list|array|sequence)|"
    r"不支持.{0,10}(?:图片|图像|多模态|视觉)|(?:图片|图像|多模态|视觉).{0,10}不支持",
    re.IGNORECASE | re.DOTALL,
)
"""What servers say of models that take none: of pictures, or of content that is no plain string."""
QUOTED = re.compile(
    r"\b(?:input(?:_value)?|messages|content|prompt)['\"]?\s*[=:]\s*[\[{'\"].*",
    re.IGNORECASE | re.DOTALL,
)
"""Where validators and gateways begin to quote the request inside a sentence."""

SAYING = {"code", "type", "status", "reason", "message", "msg", "detail", "details", "error"}
SAYING |= {"error_code", "error_msg", "error_message", "errormessage", "errorcode", "errors"}
SAYING |= {"status_code", "status_msg", "title", "description", "error_description", "raw"}
"""The fields that say what went wrong. Others may quote the request, whose words mean nothing."""
FAILING = {"error_code", "error_msg", "status_msg", "base_resp", "msg", "message", "detail"}
FAILING |= {"errors", "errormessage"}
TELLING_STATUSES = {401, 402, 403, 429}
"""What these mean needs no words; others come from servers that have nothing at the path, too."""
STATUS_NAMES = ("code", "status", "status_code", "http_code", "http_status")
WORDS_MAX = 2000
FIELDS_MAX = 100


def failure_of(status: int, body: str, model: str = "") -> ReplyError:
    """The error for an HTTP status outside 2xx and the beginning of its body.

    `model`: what the request calls the model, which a 404 may name as what is missing.
    """
    words = words_of(body)
    error = _failure(status, words, body, model)
    error.is_about_pictures = bool(PICTURE_WORDS.search(_without(words, model)))
    return error


def _failure(status: int, words: str, body: str, model: str) -> ReplyError:
    meaning = _by_words(_without(words, model))
    if too_long := _too_long(words, meaning, status == TOO_LARGE, body):
        return too_long
    return meaning or _by_status(status, words, _names(words, model))


def failure_in(error: object) -> ReplyError:
    """The error for an `error` object inside a 200 answer: its words count, then a status in it."""
    words = _sentences(_said(error))
    failure = _failure_in(error, words)
    failure.is_about_pictures = bool(PICTURE_WORDS.search(words))
    return failure


def _failure_in(error: object, words: str) -> ReplyError:
    meaning = _by_words(words)
    if failure := _too_long(words, meaning) or meaning:
        return failure
    status = _status_in(error) if isinstance(error, dict) else None
    return _by_status(status, words) if status else _perhaps_too_long(UpstreamUnavailable())


def _status_in(fields: dict[str, object]) -> int | None:
    values = (str(fields.get(name)) for name in STATUS_NAMES)
    return next((int(value) for value in values if re.fullmatch(r"[45]\d\d", value)), None)


def failure_told_by(payload: dict[str, object]) -> ReplyError | None:
    """The error for a 200 answer that is no completion and has no `error` field, where its words
    tell one: `{"code": 401, "msg": …}`, `{"base_resp": {…}}`."""
    if FAILING.isdisjoint(name.lower() for name in islice(payload, FIELDS_MAX)):
        return None
    words = _sentences(_said(payload))
    meaning = _by_words(words)
    if failure := _too_long(words, meaning) or meaning:
        return failure
    status = _status_in(payload)
    return _by_status(status, words) if status in TELLING_STATUSES else None


def words_of(body: str) -> str:
    """What a refusal's body says: the telling fields of JSON in any nesting, or its text."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        # A page's words are about something else: its styles, its scripts, whom to write to.
        return "" if body.lstrip()[:1] == "<" else _sentences([body])
    return _sentences(_said(payload))


def _sentences(said: Iterable[str]) -> str:
    """What was said, without what of the request is quoted in it."""
    return " ".join(QUOTED.sub("", sentence[:WORDS_MAX]) for sentence in said)[:WORDS_MAX]


def _without(words: str, name: str) -> str:
    """The words without a model's name, which may be one of them: `omni-moderation-latest`."""
    return words.replace(name, "") if len(name) > 3 else words


def _said(value: object, telling: bool = True, depth: int = 0) -> Iterator[str]:
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, part in islice(value.items(), FIELDS_MAX):
            yield from _said(part, str(name).lower() in SAYING, depth + 1)
    elif isinstance(value, list):
        for part in value[:20]:
            yield from _said(part, telling, depth + 1)
    elif telling and isinstance(value, str) and not value.isdigit():  # a code's number says nothing
        yield value[:WORDS_MAX]


def _by_words(words: str) -> ReplyError | None:
    return next((kind() for kind, pattern in _MEANINGS if pattern.search(words)), None)


def _too_long(
    words: str, meaning: ReplyError | None, certain: bool = False, body: str = ""
) -> ContextTooLong | None:
    """Whether the words are about a prompt's length; with another meaning only by their numbers.

    The numbers may also stand in fields of the body that tell nothing else.
    """
    overrun = overrun_in(words, certain)
    if overrun is None:
        return None
    if overrun.limit is None and not meaning:
        overrun = overrun_in(QUOTED.sub("", body[:WORDS_MAX]), certain=True) or overrun
    if meaning and overrun.limit is None and not certain:
        return None
    return ContextTooLong(overrun.limit, overrun.sent)


def _perhaps_too_long(error: ReplyError) -> ReplyError:
    """The error, marked as one whose words say nothing of its reason."""
    error.may_be_length = True
    return error


def _names(words: str, model: str) -> bool:
    return bool(model and re.search(rf"(?<![\w/]){re.escape(model)}(?![\w/])", words))


def _by_status(status: int, words: str, names_model: bool = False) -> ReplyError:
    if status == 402:
        return UpstreamOutOfCredit()
    if status == 429:
        return UpstreamRateLimited()
    about_model = bool(MODEL_WORDS.search(words))
    if status == 401 or (status == 403 and not (about_model or ACCESS_WORDS.search(words))):
        return UpstreamAuthFailed()
    if status in MODEL_STATUSES and (about_model or (names_model and status == 404)):
        return UpstreamModelUnknown(certain=names_model or status != 404)
    if status >= 500:
        return UpstreamModelUnknown() if NO_CHANNEL.search(words) else UpstreamUnavailable()
    refusal = UpstreamRejected()
    return _perhaps_too_long(refusal) if status in MAY_BE_LENGTH else refusal
