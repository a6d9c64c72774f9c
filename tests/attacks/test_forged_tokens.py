"""Only the server's own tokens, of the right kind and in time, open anything; an ended one opens
nothing from that moment on, and closes what it had opened."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import jwt
import orjson
import pytest

from app.connections.http_protocol import HEAD_BYTES
from tests.attacks.target import Target, Visitor
from tests.conftest import StartServer
from tests.support.refusals import last_words
from tests.support.server import PASSWORD, SECRET_KEY

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.databases("sqlite"),
    pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning"),
]

OTHER_SECRET = "another secret, long enough for HS256 as well"
Claims = dict[str, Any]


def _claims(person: Visitor) -> Claims:
    claims: Claims = jwt.decode(person.token, options={"verify_signature": False})
    return claims


def _signed(claims: Claims, secret: str = SECRET_KEY, **options: Any) -> str:
    return jwt.encode(claims, secret, **{"algorithm": "HS256"} | options)


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _with_header(token: str, **changes: Any) -> str:
    """The token with another header, its signature as it was."""
    _, payload, signature = token.split(".")
    return f"{_part({'alg': 'HS256', 'typ': 'JWT'} | changes)}.{payload}.{signature}"


def _forgeries(person: Visitor, trap: str) -> dict[str, str]:
    claims, token = _claims(person), person.token
    head, payload, signature = token.split(".")
    own_key = {"kty": "oct", "k": base64.urlsafe_b64encode(OTHER_SECRET.encode()).decode()}
    later = {"exp": claims["exp"] + 10**6}
    forged = {
        "none": f"{_part({'alg': 'none'})}.{payload}.",
        "None": f"{_part({'alg': 'NonE'})}.{payload}.{signature}",
        "no alg": f"{_part({'typ': 'JWT'})}.{payload}.{signature}",
        "unsigned": f"{head}.{payload}.",
        "two parts": f"{head}.{payload}",
        "changed claims": f"{head}.{_part(claims | later)}.{signature}",
        "other secret": _signed(claims, OTHER_SECRET),
        "HS512": _signed(claims, algorithm="HS512"),
        "HS384": _signed(claims, algorithm="HS384"),
        "RS256 in name": _with_header(token, alg="RS256"),
        "list of algs": _with_header(token, alg=["HS256"]),
        "other case": token.swapcase(),
        "cut": token[:-3],
        "deep header": f"{base64.urlsafe_b64encode(b'[' * 2_000).decode()}.{payload}.{signature}",
        "array payload": f"{head}.{_part([claims])}.{signature}",
    }
    for name, value in {
        "kid": "../../../../dev/null",
        "jku": f"{trap}/jwks.json",
        "x5u": f"{trap}/cert.pem",
        "jwk": own_key,
        "x5c": ["MIIB"],
        "crit": ["exp"],
    }.items():
        forged[name] = _signed(claims, OTHER_SECRET, headers={name: value})
        forged[f"{name}, no key"] = _with_header(token, **{name: value, "alg": "none"})
    # Signed with the right key: what only a leak or a mistake of the server's could make.
    for name, change in {
        "refresh type": {"type": "refresh"},
        "ticket type": {"type": "ws-ticket", "until": claims["exp"]},
        "no expiry": {"exp": None},
        "expired": {"exp": int(time.time()) - 1},
        "endless": {"exp": "never"},
        "fractional": {"exp": claims["exp"] + 0.5},
        "not yet": {"nbf": int(time.time()) + 3600},
        "somebody": {"sub": str(person.id + 1)},
        "text id": {"sub": f"{person.id} OR 1=1"},
        "huge id": {"sub": "9" * 30},
        "other session": {"sid": str(person.session_id + 1)},
        "list session": {"sid": [str(person.session_id)]},
    }.items():
        changed = {k: v for k, v in (claims | change).items() if v is not None}
        forged[name] = _signed(changed)
    return forged


async def test_forgeries_open_nothing(target: Target, listener: Any) -> None:
    ada = await target.visitor()
    trap = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for name, token in _forgeries(ada, trap).items():
        answer = await target.http.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token"), name


async def test_forgeries_open_no_socket(target: Target, listener: Any) -> None:
    ada = await target.visitor()
    conversation = await ada.conversation()
    trap = f"http://127.0.0.1:{listener.getsockname()[1]}"
    forged = _forgeries(ada, trap)
    del forged["ticket type"]  # signed by the server, it is a ticket

    async def is_refused(token: str) -> bool:
        async with ada.socket(conversation, token=token) as socket:
            events, code = await last_words(socket.connection)
        return code == 4401 and [event["type"] for event in events] == ["error"]

    answers = await asyncio.gather(*(is_refused(token) for token in forged.values()))
    assert all(answers), dict(zip(forged, answers, strict=True))


@pytest.mark.parametrize("size", [100_000, 3_000_000])
async def test_a_huge_token_costs_nothing(target: Target, size: int) -> None:
    huge = base64.urlsafe_b64encode(orjson.dumps({"alg": "HS256", "a": "x" * size})).decode()
    headers = {"Authorization": f"Bearer {huge}.{huge}.AAAA"}
    try:
        answer = await target.http.get("/auth/me", headers=headers)
    except (httpx2.ReadError, httpx2.WriteError):
        assert size > HEAD_BYTES  # refused and closed while the rest was on its way
    else:
        assert answer.status_code in (401, 431)


async def test_tokens_count_in_their_own_place_only(target: Target) -> None:
    ada = await target.visitor()
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    for token in (ada.refresh_token, ticket):
        answer = await target.http.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    for path in (f"/auth/me?token={ada.token}", f"/auth/me?access_token={ada.token}"):
        assert (await target.http.get(path)).status_code == 401
    for headers in (
        {"Cookie": f"refresh_token={ada.refresh_token}; access_token={ada.token}"},
        {"Authorization": ada.token},
        {"Authorization": f"Basic {ada.token}"},
        {"X-Access-Token": ada.token},
        {"Sec-WebSocket-Protocol": ada.token},
    ):
        assert (await target.http.get("/auth/me", headers=headers)).status_code == 401
    for token in (ada.token, ticket, "x", "\u00ff"):
        answer = await target.http.post("/auth/refresh", json={"refresh_token": token})
        assert answer.status_code in (401, 422)


async def test_whatever_ends_a_session_ends_its_sockets_and_tokens(target: Target) -> None:
    async def other_session(ada: Visitor) -> None:
        again = await target.log_in(ada.name, PASSWORD, ada.id)
        await again.request("DELETE", f"/auth/sessions/{ada.session_id}")

    async def password(ada: Visitor) -> None:
        again = await target.log_in(ada.name, PASSWORD, ada.id)
        change = {"old_password": PASSWORD, "new_password": f"{PASSWORD}!"}
        assert (await again.request("PUT", "/auth/password", json=change)).status_code == 204

    async def reuse(ada: Visitor) -> None:
        body = {"refresh_token": ada.refresh_token}
        second = (await target.http.post("/auth/refresh", json=body)).json()["refresh_token"]
        await target.http.post("/auth/refresh", json={"refresh_token": second})
        await target.http.post("/auth/refresh", json=body)

    ways: list[Callable[[Visitor], Awaitable[Any]]] = [
        lambda ada: ada.post("/auth/logout"),
        lambda ada: ada.post("/auth/logout-all"),
        lambda ada: ada.request("DELETE", "/auth/me", json={"password": PASSWORD}),
        other_session,
        password,
        reuse,
    ]

    async def ends(way: Callable[[Visitor], Awaitable[Any]]) -> int:
        ada = await target.visitor()
        ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await way(ada)
            assert (await ada.get("/auth/me")).status_code == 401
            body = {"refresh_token": ada.refresh_token}
            assert (await target.http.post("/auth/refresh", json=body)).status_code == 401
            async with ada.socket(conversation, token=ticket) as other:
                assert (await last_words(other.connection))[1] == 4401
            return (await last_words(socket.connection))[1]

    assert await asyncio.gather(*map(ends, ways)) == [4401] * len(ways)


async def test_a_stolen_token_that_was_ended_does_not_use_up_its_owners_budget(
    strict: Target,
) -> None:
    ada = await strict.visitor()
    again = await strict.log_in(ada.name, PASSWORD, ada.id)
    await ada.post("/auth/logout")
    for _ in range(80):
        answer = await ada.get("/auth/me", headers={"X-Forwarded-For": "192.0.2.1"})
        assert answer.status_code in (401, 429)
    assert (await again.get("/auth/me")).status_code == 200


async def test_no_access_token_in_an_address_where_the_operator_wants_none(
    start_server: StartServer,
) -> None:
    server = await start_server(ws_allow_access_token_in_query=False)
    ada = await server.register()
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        assert (await last_words(socket.connection))[1] == 4401
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    async with ada.socket(conversation, token=ticket) as socket:
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"
