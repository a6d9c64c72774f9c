"""The page of a link: the texts, escaped, in the built page's template, whose script draws them.

Where no script runs, they stand as they are. The template says nothing of what the link shows.
"""

from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal

from app.errors import Language
from app.routers.web_page import page_folder

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Vary": "Accept-Language",
}
TEMPLATE = "share.html"
PLACE = '<main id="shared"></main>'
"""Where the texts go."""
TAG = '<html lang="en">'
TAGS: dict[Language, str] = {"zh": '<html lang="zh-CN">', "en": TAG}
PLAIN = f"""<!doctype html>
{TAG}
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="og:title" content="A shared conversation · 分享的对话">
<title>A shared conversation · 分享的对话</title>
</head>
<body>
{PLACE}
</body>
</html>
"""
"""Where the page was not built."""
WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "missing": "此链接没有内容，或已失效",
        "login": "查看此链接需要登录，并启用 JavaScript。",
        "user": "提问",
        "ai": "回复",
        "reasoning": "思考过程",
        "file": "附件 {number}",
    },
    "en": {
        "missing": "There is nothing at this link, or it is over",
        "login": "This link is for people who are logged in here; it needs JavaScript.",
        "user": "Question",
        "ai": "Reply",
        "reasoning": "Thoughts",
        "file": "File {number}",
    },
}


def sections(messages: list[dict[str, Any]], language: Language, files: str) -> str:
    """Messages of the page of a link; `files`: the address that their numbers are added to."""
    return "".join(f"\n{_section(each, WORDS[language], files)}" for each in messages)


def around(folder: Path | None, language: Language, title: str, day: date) -> tuple[str, str]:
    """What stands before the messages of the page of a link, and after them."""
    head, tail = _parted(folder, language)
    about = f"<h1>{_text(title)}</h1><p>{day.isoformat()}</p>"
    return f'{head}<main id="shared">{about}', f"</main>{tail}"


def page_without(folder: Path | None, language: Language, why: Literal["missing", "login"]) -> str:
    """The page where nothing is shown: there is nothing, or only for those who are logged in."""
    words = f"<h1>{WORDS[language][why]}</h1>"
    # With scripts the login follows, or what the link shows.
    content = f"<noscript>{words}</noscript>" if why == "login" else words
    head, tail = _parted(folder, language)
    return f'{head}<main id="shared" data-{why}>{content}</main>{tail}'


def _parted(folder: Path | None, language: Language) -> tuple[str, str]:
    head, tail = _template(folder or page_folder())
    return head.replace(TAG, TAGS[language], 1), tail


@cache
def _template(folder: Path) -> tuple[str, str]:
    """What stands before the texts, and after them."""
    path = folder / TEMPLATE
    page = path.read_text("utf-8") if path.is_file() else PLAIN
    head, _, tail = page.partition(PLACE)
    return head, tail


def _section(message: dict[str, Any], words: dict[str, str], files: str) -> str:
    sender = message["sender"]
    who = words["user"] if sender == "user" else message.get("model_name") or words["ai"]
    parts = [f'<section class="{sender}"><h2>{_text(who)}</h2>']
    if "reasoning" in message:
        thoughts = f"<summary>{words['reasoning']}</summary><p>{_text(message['reasoning'])}</p>"
        parts.append(f"<details>{thoughts}</details>")
    if message["content"]:
        parts.append(f"<p>{_text(message['content'])}</p>")
    for file in message.get("attachments", ()):
        number = file["number"]
        link = f'<a href="{files}{number}">{words["file"].format(number=number)}</a>'
        parts.append(f"<p>{link}</p>")
    return "".join([*parts, "</section>"])


def _text(text: str) -> str:
    """A text that is no markup, line by line."""
    return escape(text).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>")
