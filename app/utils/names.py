"""What makes two names the same, and which characters a user name may have."""

import unicodedata

from app.errors import InvalidUsername

USERNAME_KEY_MAX_BYTES = 255
REFUSED_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
"""Cn too: normalising is stable for assigned characters only (UAX #15, section 3)."""
INVISIBLE = (
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | set(range(0x180B, 0x1810))
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0100, 0xE01F0))
)
"""Default_Ignorable_Code_Point (DerivedCoreProperties.txt) outside Cf, and the blank braille."""


def canonical(name: str) -> bytes:
    """The one key of all spellings of a name: NFKC and case folding (UAX #31, R4 and R5)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).encode()


def check_username(username: str) -> None:
    """Raise InvalidUsername for characters that hide, split or imitate an e-mail address."""
    compatible = unicodedata.normalize("NFKC", username)
    for character in username + compatible:
        if (
            unicodedata.category(character) in REFUSED_CATEGORIES
            or ord(character) in INVISIBLE
            or character == "@"
        ):
            raise InvalidUsername
    if len(canonical(username)) > USERNAME_KEY_MAX_BYTES:
        raise InvalidUsername
