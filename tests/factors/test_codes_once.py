"""Codes, recovery codes and tickets of second factors are good once, however many come at once."""

import asyncio

import pytest

from tests.support.factors import second_step, set_up, ticket_of
from tests.support.server import PASSWORD, RunningServer

pytestmark = pytest.mark.anyio

AT_ONCE = 20


async def test_of_twenty_uses_of_one_code_one_gets_in(server: RunningServer) -> None:
    ada = await server.register()
    factor = await set_up(ada)
    tickets = [await ticket_of(server, ada) for _ in range(AT_ONCE)]
    code = await factor.fresh()
    tries = (second_step(server, ticket, code=code) for ticket in tickets)
    codes = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert codes == [200] + [403] * (AT_ONCE - 1)

    body = {"password": PASSWORD, "code": await factor.fresh()}
    again = (ada.post("/auth/reauthenticate", json=body) for _ in range(AT_ONCE))
    codes = sorted(answer.status_code for answer in await asyncio.gather(*again))
    assert codes == [204] + [403] * (AT_ONCE - 1)


async def test_of_twenty_uses_of_one_recovery_code_one_gets_in(server: RunningServer) -> None:
    ada = await server.register()
    recovery_code = (await set_up(ada)).recovery_codes[3]
    tickets = [await ticket_of(server, ada) for _ in range(AT_ONCE)]
    tries = (second_step(server, ticket, recovery_code=recovery_code) for ticket in tickets)
    codes = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert codes == [200] + [403] * (AT_ONCE - 1)
    assert (await ada.get("/auth/factors")).json()["recovery_codes_left"] == 9


async def test_of_twenty_uses_of_one_ticket_one_gets_in(server: RunningServer) -> None:
    ada = await server.register()
    codes = (await set_up(ada)).recovery_codes
    ticket = await ticket_of(server, ada)
    tries = (
        second_step(server, ticket, recovery_code=codes[number % 10]) for number in range(AT_ONCE)
    )
    answers = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert answers == [200] + [401] * (AT_ONCE - 1)
    # What was refused with the ticket has used no code up.
    assert (await ada.get("/auth/factors")).json()["recovery_codes_left"] == 9


async def test_of_twenty_confirmations_one_makes_codes(server: RunningServer) -> None:
    ada = await server.register()
    factor = await set_up(ada)
    assert (await ada.request("DELETE", "/auth/totp")).status_code == 204
    factor.secret = (await ada.post("/auth/totp")).json()["secret"]
    body = {"code": factor.code()}
    tries = (ada.post("/auth/totp/confirm", json=body) for _ in range(AT_ONCE))
    answers = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert answers == [200] + [409] * (AT_ONCE - 1)
    assert (await ada.get("/auth/factors")).json()["recovery_codes_left"] == 10
