"""The built web page: each of its addresses answers with the index."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

APP = Path(__file__).parent.parent
INSTALLED = APP / "page"
"""Where the wheel has it; see scripts/hatch_build.py."""
BUILT = APP.parent / "frontend" / "dist"

ADDRESSES = (
    "/",
    "/c/{id}",
    "/settings",
    "/settings/{section}",
    "/administration",
    "/administration/{section}",
    "/administration/{section}/{id}",
    "/login",
    "/register",
    "/reset",
    "/verify",
    "/email",
)
"""Those of frontend/src/routes.ts; a test compares them."""
TEMPLATES = ("index.html", "share.html")
"""Those are no files of their own: the second one is filled by `http/shared_page.py`."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing from other hosts, not even pictures: showing a reply must not call a host that it names.
"""
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
PACKED = {"br": ".br", "gzip": ".gz"}
"""Encodings by preference, with the suffix of the compressed file."""
HASHED = re.compile(r"assets/.+-[\w-]{8}\.\w+")
"""Vite names a file after its content; other files change under their name."""
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page: its bytes and their tag by encoding; `""` is uncompressed."""

    headers: dict[str, str]
    media_type: str
    bodies: dict[str, tuple[bytes, str]]

    def answer(self, request: Request) -> Response:
        """The file in the best encoding, or 304 where the client has it already."""
        accepted = _accepted(request.headers.get("accept-encoding", ""))
        encoding = next((name for name in self.bodies if name in accepted), "")
        body, tag = self.bodies[encoding]
        headers = self.headers | {"ETag": tag, "Vary": "Accept-Encoding"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(body, headers=headers, media_type=self.media_type)


class PagePaths(BaseRoute):
    """Paths without parameters, as one route: a request for anything else costs one look, where a
    route for each of the page's files would cost it more than a hundred."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = {route.path: route for route in routes}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the route of the path, if there is one."""
        route = self._routes.get(get_route_path(scope)) if scope["type"] == "http" else None
        return (Match.NONE, {}) if route is None else route.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file of the path."""
        await self._routes[get_route_path(scope)].handle(scope, receive, send)


def page_routes(folder: Path | None = None) -> list[BaseRoute]:
    """Routes for the page in a folder, none where it was not built. Keeps its files in memory."""
    folder = folder or page_folder()
    if not (folder / "index.html").is_file():
        return []
    routes = [_route(address, _read(folder, folder / "index.html")) for address in ADDRESSES]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in MEDIA_TYPES and path.name not in TEMPLATES:
            name = path.relative_to(folder).as_posix()
            routes.append(_route(f"/{name}", _read(folder, path)))
    varying = [route for route in routes if route.param_convertors]
    return [PagePaths([route for route in routes if not route.param_convertors]), *varying]


def page_folder() -> Path:
    """Where the built page is, if it is anywhere."""
    return INSTALLED if INSTALLED.is_dir() else BUILT


def _route(address: str, file: PageFile) -> Route:
    async def serve(request: Request) -> Response:
        return file.answer(request)

    return Route(address, serve)


def _read(folder: Path, path: Path) -> PageFile:
    name = path.relative_to(folder).as_posix()
    headers = {"Cache-Control": FOREVER if HASHED.fullmatch(name) else "no-cache"}
    if path.suffix == ".html":
        headers["Content-Security-Policy"] = POLICY
    bodies = {}
    for encoding, suffix in {**PACKED, "": ""}.items():
        version = path.with_name(path.name + suffix)
        if version.is_file():
            body = version.read_bytes()
            bodies[encoding] = body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return PageFile(headers, MEDIA_TYPES[path.suffix], bodies)


def _accepted(header: str) -> set[str]:
    """The encodings that a client takes (RFC 9110 section 12.5.3), those of weight 0 left out."""
    found = (part.replace(" ", "").lower().partition(";q=") for part in header.split(","))
    return {name for name, _, weight in found if not re.fullmatch(r"0(\.0*)?", weight)}
