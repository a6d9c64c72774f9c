"""Asks providers: over connections to checked addresses alone, without redirects, bounded in bytes
and in time."""

import asyncio
import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import orjson

from app import __version__
from app.errors import ModelUrlNotAllowed, ReplyError
from app.services.oidc.refusal import invalid, unavailable
from app.services.upstream.connector import Connector
from app.services.upstream.guard import AddressGuard, origin_of
from app.services.upstream.protocol import ResponseProtocol

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
"""From asking to the end of an answer, however slowly it comes."""
ANSWER_BYTES = 512 * 1024
NO_DEFAULT = ""


class ProviderClient:
    """Asks for JSON. What cannot be had is an OidcRefused."""

    def __init__(self, private_hosts: Iterable[str]) -> None:
        """`private_hosts`: those that may lie on private addresses."""
        self._connector = Connector(AddressGuard(private_hosts, NO_DEFAULT), CONNECT_SECONDS)

    async def get(self, url: str, bearer: str | None = None) -> dict[str, Any]:
        """A document; with an access token where there is one."""
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        status, body = await self._ask("GET", url, headers, b"")
        if status != 200:
            raise unavailable(f"status_{status}")
        return _document(body)

    async def post(
        self, url: str, form: Mapping[str, str], credentials: tuple[str, str] | None
    ) -> tuple[int, dict[str, Any]]:
        """The status and the answer to a form; `credentials`: name and password (RFC 6749 §2.3.1).
        A failure of the server's is an OidcRefused."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if credentials is not None:
            pair = ":".join(quote(part, safe="") for part in credentials)
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        status, body = await self._ask("POST", url, headers, urlencode(form).encode())
        if status >= 500 or status == 429:
            raise unavailable(f"status_{status}")
        return status, _document(body) if status == 200 else {}

    async def _ask(
        self, method: str, address: str, headers: dict[str, str], content: bytes
    ) -> tuple[int, bytes]:
        try:
            url = httpx2.URL(address)
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await self._connector.open(origin_of(url))
                try:
                    return await _exchange(connection, _written(method, url, headers, content))
                finally:
                    connection.abort()
        except ModelUrlNotAllowed as error:
            raise unavailable("address_not_allowed") from error
        except (ReplyError, OSError, ValueError, httpx2.InvalidURL) as error:
            raise unavailable("no_answer") from error


async def _exchange(connection: ResponseProtocol, message: bytes) -> tuple[int, bytes]:
    head = await connection.send(message)
    body = bytearray()

    def take(data: bytes) -> bool:
        body.extend(data)
        return len(body) > ANSWER_BYTES

    await connection.receive(take)
    if len(body) > ANSWER_BYTES:
        raise unavailable("answer_too_large")
    return head.status, bytes(body)


def _written(method: str, url: httpx2.URL, headers: dict[str, str], content: bytes) -> bytes:
    """A request as it goes over the wire (RFC 9112 §3)."""
    fields = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": f"chat-backend/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    if method == "POST":
        fields["Content-Length"] = str(len(content))
    lines = [f"{method} {url.raw_path.decode('ascii')} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise unavailable("not_in_a_header")
    return "\r\n".join([*lines, "", ""]).encode() + content


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid("not_json") from error
    if not isinstance(document, dict):
        raise invalid("not_json")
    return document
