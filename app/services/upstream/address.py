"""What people paste for a model's address, mended: their own browser's or another program's."""

import ipaddress
import re

AROUND = " \t\r\n\u00a0\u3000\u200b\u200e\u200f\ufeff\"'`<>“”‘’（）,，;；。、"
"""Comes along when an address is copied out of a page or a file."""
_CALL = re.compile(
    r"(?:/+(?:chat/+completions|completions|responses|embeddings|models)|(?<=/v1)/+chat)?/*$", re.I
)
"""The path of a call, which is added again to the base URL."""
_BARE = re.compile(r"(\[[0-9a-f:.]+\]|[^\s/:?#@\\\[\]$]+)(:\d{1,5})?(?=/|$)", re.I)
_SCHEME = re.compile(r"(https?)(?:[:：]/{0,2}|/{2})(?=[^/:\s])", re.I)
_WITHIN = re.compile(
    r"(?:(?:POST|GET|curl)\s(?:[^\n]*?\s)?"
    r"|(?:export\s)?[\w \-\"']{1,40}\s*[=:：]\s*"
    r"|\[[^\]\n]*\]\()"
    r"[\"'<`]*(https?://[^\s\"'<>`)]+)",
    re.I,
)
"""A line of a shell, of settings or of Markdown around an address; keys may stand behind it."""
LOCAL_DOMAINS = (".local", ".localhost", ".lan", ".home.arpa", ".internal")
"""RFC 6762, 6761 and 8375; rarely is there a certificate for them."""


def mended(text: str) -> str:
    """An address without what was pasted around it, with a scheme, and without a call's path.

    What cannot be told is left as it is, for `parse_model_url` to judge: a query, a user name.
    """
    text = text.strip(AROUND)
    if text.count("://") == 1 and (within := _WITHIN.match(text)):
        text = within[1].strip(AROUND)
    if scheme := _SCHEME.match(text):
        text = f"{scheme[1].lower()}://{text[scheme.end() :]}"
    elif "://" not in text and (bare := _BARE.match(text)):
        scheme_of = _scheme_of(bare[1].lower(), bare[2])
        text = f"{scheme_of}://{text}" if scheme_of else text
    if "?" in text.removesuffix("?") or "#" in text:
        return text
    text = text.removesuffix("?")
    start = text.find("/", text.find("://") + 3) if "://" in text else -1
    if start < 0:
        return text
    path = text[start:]
    while (shorter := _CALL.sub("", path)) != path:
        path = shorter
    return text[:start] + path


def _scheme_of(host: str, port: str | None) -> str | None:
    """What to call a host by that came without a scheme; None for what may be none."""
    name = host.strip("[]")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if "." not in name and name != "localhost" and port is None:
            return None
        return "http" if "." not in name or name.endswith(LOCAL_DOMAINS) else "https"
    return "http" if port else None
