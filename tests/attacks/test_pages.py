"""Every page forbids scripts that are not its own, and nothing but pages is ever shown as one."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.attacks.target import Target
from tests.support.server import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

ENTRANCES = ["/", "/docs"]
LINKS = {"href", "src", "action", "formaction", "poster", "data"}
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """What a page loads and links to, and the scripts that stand in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_script = tag == "script"
        self.links += [value for name in LINKS if (value := given.get(name)) is not None]
        self.inline += [name for name in given if name.startswith("on") or name == "srcdoc"]
        if given.get("target") == "_blank":
            assert "noopener" in (given.get("rel") or "")
        assert tag not in ("base", "object", "embed", "iframe", "applet")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


async def _pages(target: Target) -> dict[str, httpx2.Response]:
    """Every HTML page that leads from the entrances, by its path."""
    found: dict[str, httpx2.Response] = {}
    queue, seen = list(ENTRANCES), set(ENTRANCES)
    while queue:
        path = queue.pop()
        answer = await target.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found[path] = answer
        for link in Page(answer.text).links:
            place = urlsplit(urljoin(f"http://here{path}", link))
            assert place.netloc == "here", f"{path} leads to another host: {link}"
            if place.path not in seen:
                seen.add(place.path)
                queue.append(place.path)
    assert set(ENTRANCES) <= set(found)
    return found


def _policy(answer: httpx2.Response) -> dict[str, list[str]]:
    directives = answer.headers["content-security-policy"].split(";")
    return {name: values for name, *values in (each.split() for each in directives if each.strip())}


async def test_every_page_has_a_strict_policy(target: Target) -> None:
    for path, answer in (await _pages(target)).items():
        policy = _policy(answer)
        assert policy["default-src"] in (["'none'"], ["'self'"]), path
        scripts = policy.get("script-src", policy["default-src"])
        assert set(scripts) <= {"'self'", "'none'"}, path
        assert policy["frame-ancestors"] == ["'none'"], path
        assert policy["base-uri"] in (["'none'"], ["'self'"]), path
        for name in ("object-src", "frame-src", "worker-src", "connect-src", "form-action"):
            assert set(policy.get(name, [])) <= {"'self'", "'none'"}, (path, name)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "charset" in answer.headers["content-type"]


async def test_no_page_has_a_script_in_it(target: Target) -> None:
    for path, answer in (await _pages(target)).items():
        page = Page(answer.text)
        assert page.inline == [], path
        assert not [link for link in page.links if re.match(r"\s*(javascript|data):", link, re.I)]


async def test_what_people_write_is_never_a_page(target: Target) -> None:
    ada = await target.visitor()
    made = await ada.post("/conversations", json={"title": MARKUP, "system_prompt": MARKUP})
    path = f"/conversations/{made.json()['id']}"
    nowhere = (f"/{MARKUP}", f"{path}/{MARKUP}")
    for place in (path, "/conversations", f"{path}/messages", *nowhere):
        answer = await ada.get(place, headers={"Accept": "text/html"})
        if place in nowhere:
            assert answer.status_code == 404 and "onerror" not in answer.text
        else:
            assert answer.headers["content-type"] == "application/json", place
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "sandbox" not in answer.headers["content-security-policy"]


async def test_personal_answers_are_kept_nowhere(target: Target) -> None:
    ada = await target.visitor()
    body = {"username_or_email": ada.name, "password": PASSWORD}
    answers = [
        await target.http.post("/auth/login", json=body),
        await ada.post("/auth/ws-ticket"),
        await ada.get("/auth/me"),
        await ada.get("/conversations"),
        await target.http.get("/auth/me"),
    ]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


async def test_over_https_browsers_are_told_to_stay_there(target: Target) -> None:
    secure = {"X-Forwarded-Proto": "https"}
    for path in (*ENTRANCES, "/auth/me", "/health/live", "/nothing"):
        answer = await target.http.get(path, headers=secure)
        policy = answer.headers["strict-transport-security"]
        assert int(re.findall(r"max-age=(\d+)", policy)[0]) >= 365 * 86_400
        plain = await target.http.get(path)
        assert "strict-transport-security" not in plain.headers  # RFC 6797, section 7.2


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Original-URL": "/evil.example"},
        {"Forwarded": "host=evil.example"},
        {"Referer": "https://evil.example/"},
        {"Origin": "https://evil.example"},
    ],
    ids=str,
)
async def test_no_header_gets_into_a_page(target: Target, headers: dict[str, str]) -> None:
    for path in (*ENTRANCES, "/openapi.json", "/nothing"):
        answer = await target.http.get(path, headers=headers)
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)
        assert "access-control-allow-origin" not in answer.headers
