"""About how many tokens a text is. No network, no vocabulary."""

MESSAGE_TOKENS = 4
CHARACTERS_PER_TOKEN = 4
NARROW_BYTES = bytes(range(0xE2))
"""In UTF-8, characters from U+2000 on begin with another byte: CJK and everything above, with the
dashes and quotes below it. Those are about one token each; of the others, four."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a message with this text is, on the high side.

    Kept in `message.tokens`: another rule here holds for new messages alone.
    """
    wide = len(text.encode(errors="replace").translate(None, NARROW_BYTES))
    return MESSAGE_TOKENS + wide + (len(text) - wide + 3) // CHARACTERS_PER_TOKEN
