"""Whatever is under /admin is for administrators: everybody else gets one and the same answer."""

from typing import Any

import pytest

from tests.support.api_document import OPENAPI
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

ADDRESSES = [
    (method.upper(), path)
    for path, item in OPENAPI["paths"].items()
    for method in item
    if path.startswith("/admin")
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_others_get_one_answer(server: RunningServer, method: str, path: str) -> None:
    ada, admin = await server.register(), await server.admin()
    places = [path.replace("{", "").replace("}", ""), path.replace("{id}", str(admin.id))]
    places = [place.replace("{user_id}", "x") for place in places]
    bodies: list[dict[str, Any]] = [
        {},
        {"json": {"unknown": 1}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
    ]
    for place in (*places, f"{places[0]}?limit=x&cursor=!"):
        for body in bodies if method != "GET" else bodies[:1]:
            assert_refused(await ada.request(method, place, **body), 403, "admin_only")
            assert_refused(await server.http.request(method, place, **body), 401, "invalid_token")
