"""What makes two names the same, and which characters a user name may have."""

import unicodedata

import email_validator

from app.errors import InvalidUsername
from app.utils.visible import is_ignorable

USERNAME_KEY_MAX_BYTES = 255
EMAIL_KEY_MAX_BYTES = 400
REFUSED_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
"""Cn too: normalising is stable for assigned characters only (UAX #15, section 3)."""

# Inside a network `ada@corp.local` and `ada@localhost` are addresses like any other.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def email_address(text: str) -> str:
    """An e-mail address in the spelling that is kept, its domain in lower case (RFC 5321, 6531).

    Its domain may be one that only its own network knows. Raises ValueError for what is none.
    """
    return email_validator.validate_email(
        text, check_deliverability=False, globally_deliverable=False
    ).normalized


def canonical(name: str) -> bytes:
    """The one key of all spellings of a name: NFKC and case folding (UAX #31, R4 and R5)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).encode()


def check_username(username: str) -> None:
    """Raise InvalidUsername for characters that hide, split or imitate an e-mail address.

    One blank may stand between two words: more of them, or one at an end, cannot be seen.
    """
    for word in username.split(" "):
        if not word or any(map(_is_refused, word + unicodedata.normalize("NFKC", word))):
            raise InvalidUsername
    if len(canonical(username)) > USERNAME_KEY_MAX_BYTES:
        raise InvalidUsername


def _is_refused(character: str) -> bool:
    return (
        unicodedata.category(character) in REFUSED_CATEGORIES
        or is_ignorable(character)
        or character == "@"
    )
