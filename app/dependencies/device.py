"""The device that a request comes from."""

from typing import Annotated

from fastapi import Depends, Request

from app.connections.request import request_state
from app.services.auth.refresh_tokens import Device

AGENT_CHARACTERS = 200


async def get_device(request: Request) -> Device:
    """What the client calls itself, shortened to what can be shown, and its address."""
    agent = "".join(filter(str.isprintable, request.headers.get("user-agent", "")))
    return Device(agent[:AGENT_CHARACTERS].strip(), request_state(request.scope).address)


CurrentDevice = Annotated[Device, Depends(get_device)]
