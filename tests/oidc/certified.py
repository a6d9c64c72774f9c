"""A certified provider of logins (npm's oidc-provider), as a process on a port of this machine."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx2

from tests.support.patience import PATIENCE_SECONDS
from tests.support.private_servers import free_port

PLACE = Path(__file__).parents[2] / ".cache" / "provider"
SCRIPT = Path(__file__).parent / "provider" / "server.mjs"
CLIENT_ID = "chat"
SECRET = "a secret: of + the client's"
_ACTION = re.compile(r'action="([^"]+)"')


def missing() -> str | None:
    """Why it cannot be used here, with what to do about it."""
    if not (PLACE / "state").is_file() or shutil.which("node") is None:
        return "it is not installed; run scripts/install-provider (needs Node.js)"
    return None


@dataclass
class CertifiedProvider:
    """It knows everybody who says who they are."""

    issuer: str

    async def account(self, name: str, **claims: Any) -> None:
        """What it tells of somebody."""
        await self._put(f"/test/accounts/{name}", claims)

    async def reach(self, app_url: str) -> None:
        """Where its own requests to the app go."""
        await self._put("/test/app", {"url": app_url})

    async def _put(self, path: str, body: Any) -> None:
        async with httpx2.AsyncClient(verify=False) as http:
            assert (await http.put(self.issuer + path, json=body)).status_code == 200

    def visit(self) -> httpx2.AsyncClient:
        """A browser there, which keeps its session."""
        return httpx2.AsyncClient(base_url=self.issuer, verify=False, timeout=PATIENCE_SECONDS)


async def agree(there: httpx2.AsyncClient, address: str, name: str) -> dict[str, str]:
    """Somebody is sent to this address, logs in where they are asked to, and lets the app know who
    they are: what they come back with."""
    answer = await there.get(address)
    for _ in range(10):
        location = answer.headers.get("location", "")
        if location.startswith("http://localhost:8000/"):
            return dict(httpx2.URL(location).params)
        if location:
            answer = await there.get(location)
            continue
        assert answer.status_code == 200, answer.text
        prompt = "login" if 'name="login"' in answer.text else "consent"
        action = _ACTION.search(answer.text)
        assert action, answer.text
        form = {"prompt": prompt, "login": name, "password": "any"}
        answer = await there.post(unescape(action[1]), data=form)
    raise AssertionError("it never comes back")


async def log_out(there: httpx2.AsyncClient) -> None:
    """End the session at the provider, which tells the app."""
    page = await there.get("/session/end")
    action, xsrf = _ACTION.search(page.text), re.search(r'name="xsrf" value="([^"]+)"', page.text)
    assert action and xsrf, page.text
    answer = await there.post(unescape(action[1]), data={"xsrf": xsrf[1], "logout": "yes"})
    assert answer.status_code in (302, 303), answer.text


@asynccontextmanager
async def certified_provider() -> AsyncIterator[CertifiedProvider]:
    """Run it."""
    port = free_port()
    command = ["node", str(SCRIPT), str(port), str(PLACE)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.stdout.readline() == b"ready\n"
        yield CertifiedProvider(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        await process.wait()
