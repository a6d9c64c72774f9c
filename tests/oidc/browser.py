"""A browser that somebody logs in with by a provider: it keeps cookies and follows nothing."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.oidc.hostile import HostileProvider
from tests.support.server import Person, RunningServer


@dataclass
class Browser:
    """`slug`: the provider that its user logs in by."""

    server: RunningServer
    slug: str = "corp"
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.request("GET", path, **options)

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Any request, with the cookies that it has."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Accept-Language": "en"} | options.pop("headers", {})
        answer = await self.server.http.request(method, path, headers=headers, **options)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel.value:
                    self.cookies[name] = morsel.value
        return answer

    async def start(self, return_to: str = "/c/7") -> str:
        """Where the button of the provider leads."""
        query = {"return_to": return_to}
        answer = await self.get(f"/auth/oidc/{self.slug}/start", params=query)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def come_back(self, **given: str) -> str:
        """The address of the page that the callback leads to."""
        answer = await self.get(f"/auth/oidc/{self.slug}/callback", params=given)
        assert answer.status_code == 303, answer.text
        assert "token" not in answer.headers["location"]
        return answer.headers["location"]

    async def log_in(self, provider: HostileProvider, **person: Any) -> str:
        """The whole way."""
        return await self.come_back(**provider.agree(await self.start(), **person))

    async def person(self, name: str = "") -> Person:
        """Who is logged in, as the page finds it out at every load."""
        answer = await self.request("POST", "/auth/refresh")
        assert answer.status_code == 200, answer.text
        token = answer.json()
        found = Person(self.server, 0, name, token["access_token"], token["refresh_token"])
        me = (await found.get("/auth/me")).json()
        found.id, found.name = me["id"], me["username"]
        return found

    async def is_logged_in(self) -> bool:
        return (await self.request("POST", "/auth/refresh")).status_code == 200


def problem_of(address: str) -> str:
    """What the page is told."""
    parts = urlsplit(address)
    assert parts.path == "/login", address
    return parse_qs(parts.query)["problem"][0]
