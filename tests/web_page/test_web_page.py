"""The built web page is served whole and safe: its index at its own addresses, its files packed and
kept by browsers, nothing besides. Where it was not built, a plain page stands in its place."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.refusals import assert_refused
from tests.support.server import RunningServer, running_server

pytestmark = pytest.mark.anyio

INDEX = (
    "<!doctype html><title>Chat</title><script type=module src=/assets/index-AbC_12-9.js></script>"
)
SCRIPT = "document.title = 'Chat';\n" * 100
FILES = {
    "index.html": INDEX.encode(),
    "assets/index-AbC_12-9.js": SCRIPT.encode(),
    "assets/index-AbC_12-9.js.gz": gzip.compress(SCRIPT.encode()),
    "assets/index-AbC_12-9.js.br": b"packed by brotli",
    "assets/index-0a1B2c3D.css": b"body { color: black }",
    "assets/fonts/KaTeX_Main-Regular-B22Nviop.woff2": b"wOF2",
    "assets/icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "assets/manifest.webmanifest": b"{}",
    "assets/secret.key": b"nothing that a page has",
}
ADDRESSES = (
    "/",
    "/c/1",
    "/c/9223372036854775807",
    "/settings",
    "/settings/models",
    "/administration",
    "/administration/users",
    "/administration/users/7",
    "/login",
    "/register",
    "/reset",
)
ASSET = "/assets/index-AbC_12-9.js"


def write(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


@pytest.fixture(scope="module")
async def built(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    """A server with a built page; beside it lies what nobody may read."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "secret.js").write_text("secret")
    page = write(folder / "dist")
    async with running_server(page=page, database_url=database_url, data_dir=folder) as running:
        yield running


async def test_every_address_of_the_page_answers_its_index(built: RunningServer) -> None:
    for address in ADDRESSES:
        answer = await built.http.get(address)
        assert (answer.status_code, answer.text) == (200, INDEX), address
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        head = await built.http.head(address)
        assert (head.status_code, head.content) == (200, b"")
        again = await built.http.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_the_page_runs_nothing_but_its_own_files(built: RunningServer) -> None:
    policy = (await built.http.get("/c/1")).headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    for header in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert header in (await built.http.get(ASSET)).headers


@pytest.mark.parametrize(
    ("name", "media_type", "is_kept"),
    [
        ("index-AbC_12-9.js", "text/javascript; charset=utf-8", True),
        ("index-0a1B2c3D.css", "text/css; charset=utf-8", True),
        ("fonts/KaTeX_Main-Regular-B22Nviop.woff2", "font/woff2", True),
        ("icon.svg", "image/svg+xml", False),
        ("manifest.webmanifest", "application/manifest+json", False),
    ],
)
async def test_files(built: RunningServer, name: str, media_type: str, is_kept: bool) -> None:
    answer = await built.http.get(f"/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, FILES[f"assets/{name}"])
    assert answer.headers["Content-Type"] == media_type
    assert ("immutable" in answer.headers["Cache-Control"]) is is_kept
    assert ("no-cache" in answer.headers["Cache-Control"]) is not is_kept


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, BR;q=0.5", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br; q=0.000, gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_packed_files(built: RunningServer, accepted: str, encoding: str | None) -> None:
    wanted = {"br": ".br", "gzip": ".gz", None: ""}[encoding]
    request = built.http.build_request("GET", ASSET, headers={"Accept-Encoding": accepted})
    answer = await built.http.send(request, stream=True)
    raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert raw == FILES[f"{ASSET[1:]}{wanted}"]
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"


async def test_nothing_else_is_served(built: RunningServer) -> None:
    for path in (
        "/c",
        "/c/",
        "/c/1/2",
        "/settings/",
        "/index.html",
        "/assets",
        "/assets/",
        "/assets/missing.js",
        "/assets/secret.key",
        f"{ASSET}.br",
        f"{ASSET}/",
        "/assets/../secret.js",
        "/assets/..%2f..%2fsecret.js",
        "/assets/%2e%2e/%2e%2e/secret.js",
        "/assets//etc/passwd",
        "/..%5csecret.js",
        "/secret.js",
        "/nothing",
    ):
        assert_refused(await built.http.get(path), 404, "not_found")
    for path in ("/", "/c/1", ASSET):
        assert_refused(await built.http.post(path), 405, "method_not_allowed")
    assert (await built.http.get("/docs")).status_code == 200
    assert_refused(await built.http.get("/conversations"), 401, "invalid_token")


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("is_built", [True, False])
@pytest.mark.parametrize(
    ("language", "title"), [("en-GB", "There is nothing here"), ("zh-CN", "这里什么也没有")]
)
async def test_a_browser_is_shown_a_page_where_there_is_nothing(
    built: RunningServer, server: RunningServer, is_built: bool, language: str, title: str
) -> None:
    http = (built if is_built else server).http
    headers = {"Accept": BROWSER, "Accept-Language": language}
    for path in ("/nothing", "/c/", "/assets/missing.js", "/docs/assets/x", "/settings/a/<script>"):
        answer = await http.get(path, headers=headers)
        assert answer.status_code == 404, path
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Vary"] == "Accept, Accept-Language"
        assert answer.headers["Cache-Control"] == "no-store"
        assert f"<h1>{title}</h1>" in answer.text and 'href="/"' in answer.text
        assert path not in answer.text
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    # Programs are answered as ever, and so is whatever is no address that one enters.
    for accept in ("*/*", "application/json", ""):
        plain = await http.get("/nothing", headers=headers | {"Accept": accept})
        assert_refused(plain, 404, "not_found")
    assert_refused(await http.post("/nothing", headers=headers), 404, "not_found")
    assert_refused(await http.get("/conversations", headers=headers), 401, "invalid_token")


async def test_without_a_built_page(server: RunningServer) -> None:
    assert "/docs" in (await server.http.get("/")).text
    for address in ADDRESSES[1:]:
        assert_refused(await server.http.get(address), 404, "not_found")
