"""Which of the two languages a client reads."""

from app.errors import Language


def preferred_language(accept_language: str | None) -> Language:
    """The preferred one of Chinese and English (RFC 9110 §12.5.4); Chinese if neither is named."""
    best: tuple[float, Language] = (0.0, "zh")
    for item in (accept_language or "").split(","):
        tag, _, parameters = item.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if primary == "zh" and quality > best[0]:
            best = (quality, "zh")
        elif primary == "en" and quality > best[0]:
            best = (quality, "en")
    return best[1]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
