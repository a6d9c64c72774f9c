"""Links as tests make and read them."""

from typing import Any

import httpx2

from tests.support.server import Person, RunningServer

TOKEN = "A" * 22


async def link(person: Person, conversation_id: int, **body: Any) -> dict[str, Any]:
    """A new link; `token` is what its address ends with."""
    answer = await person.post(f"/conversations/{conversation_id}/shares", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made | {"token": made["url"].rpartition("/")[2]}


async def looked(server: RunningServer, token: str, **headers: str) -> httpx2.Response:
    """What a stranger is answered who asks for what a link shows."""
    return await server.http.get(f"/s/{token}.json", headers=headers)


async def shown(server: RunningServer, token: str) -> dict[str, Any]:
    """What a link shows."""
    answer = await looked(server, token)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def faces(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """What a client sees of an answer but for when it came."""
    changing = ("date", "x-request-id")
    headers = {name: value for name, value in answer.headers.items() if name not in changing}
    return answer.status_code, answer.content, headers
