"""Only a token that this server signed, for a user who exists, opens anything (RFC 8725)."""

import asyncio
import time
from typing import Any

import jwt
import pytest

from app.errors import InvalidToken
from app.utils.tokens import create_access_token, read_access_token
from tests.support.refusals import assert_refused
from tests.support.server import SECRET_KEY, Person, RunningServer

pytestmark = pytest.mark.anyio

YEAR = 365 * 24 * 3600
UNSIGNED = "eyJhbGciOiJub25lIn0.e30."


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


def signed(
    person: Person, key: str | None = SECRET_KEY, algorithm: str = "HS256", **changes: Any
) -> str:
    """A token like the server's own, except for `changes`; None leaves a claim out."""
    now = int(time.time())
    own = {"sub": str(person.id), "sid": str(person.session_id), "jti": "x", "type": "access"}
    claims = own | {"iat": now, "exp": now + 60}
    wanted = {name: value for name, value in (claims | changes).items() if value is not None}
    encode: Any = jwt.encode
    token: str = encode(wanted, key, algorithm=algorithm, headers={"typ": "JWT"})
    return token


def forgeries(person: Person) -> dict[str, str]:
    """Authorization headers that must open nothing, by what is wrong with them."""
    now = int(time.time())
    header, claims, signature = person.token.split(".")
    changed: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 1},
        "of another type": {"type": "refresh"},
        "type not text": {"type": ["access"]},
        "no exp": {"exp": None},
        "no iat": {"iat": None},
        "no jti": {"jti": None},
        "no type": {"type": None},
        "no sub": {"sub": None},
        "no session": {"sid": None},
        "missing session": {"sid": "999999999"},
        "session 0": {"sid": "0"},
        "session not a number": {"sid": "1 OR 1=1"},
        "session as a number": {"sid": person.session_id},
        "session beyond 64 bits": {"sid": "9" * 30},
        "a ticket": {"type": "ws-ticket", "until": now + 60},
        "missing user": {"sub": "999999999"},
        "user 0": {"sub": "0"},
        "sub beyond 64 bits": {"sub": "9" * 30},
        "sub not a number": {"sub": "1 OR 1=1"},
        "sub signed": {"sub": f"+{person.id}"},
        "sub in other digits": {"sub": "１"},
        "exp not a number": {"exp": "soon"},
        "exp endless": {"exp": float("inf")},
        "exp not whole": {"exp": now + 60.5},
        "not yet": {"nbf": now + YEAR},
        "not yet, as text": {"nbf": "soon"},
        "for somebody else": {"aud": "another service"},
    }
    tokens = {name: signed(person, **changes) for name, changes in changed.items()}
    tokens |= {
        "int sub": as_int_sub(person),
        "string exp": signed(person, exp=str(now + 60)),
        "another secret": signed(person, key="another secret, as long as the first one"),
        "HS512": signed(person, algorithm="HS512"),
        "alg none": signed(person, key=None, algorithm="none"),
        "alg none with the signature": f"{UNSIGNED.split('.')[0]}.{claims}.{signature}",
        "no signature": f"{header}.{claims}.",
        "two parts": f"{header}.{claims}",
        "words": "let me in",
        "not base64": "…".encode().decode("latin-1"),
        "long": "x" * 8000,
    }
    headers = {name: f"Bearer {token}" for name, token in tokens.items()}
    return headers | {
        "another scheme": f"Basic {person.token}",
        "no scheme": person.token,
        "only a scheme": "Bearer",
    }


def as_int_sub(person: Person) -> str:
    """PyJWT refuses to sign a number as `sub`: JWS signs any bytes."""
    now = int(time.time())
    claims = f'{{"sub":{person.id},"sid":"{person.session_id}","iat":{now},"exp":{now + 60},'
    claims += '"jti":"x","type":"access"}'
    return jwt.PyJWS().encode(claims.encode(), SECRET_KEY, "HS256")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # HS512 wants more
async def test_forged_and_expired_tokens_open_nothing(server: RunningServer) -> None:
    ada = await server.register()
    answer = await server.http.get("/auth/me")
    assert_refused(answer, 401, "invalid_token")
    for name, header in forgeries(ada).items():
        raw = {b"Authorization": header.encode("latin-1")}
        answer = await server.http.get("/auth/me", headers=raw)
        assert answer.status_code == 401, name
        assert_refused(answer, 401, "invalid_token")
        assert answer.headers["WWW-Authenticate"] == "Bearer", name
    assert (await ada.get("/auth/me")).status_code == 200


async def test_the_twin_of_a_forged_token_is_good(server: RunningServer) -> None:
    ada = await server.register()
    for header in (f"Bearer {signed(ada)}", f"BEARER {signed(ada, more='claims')}"):
        answer = await ada.get("/auth/me", headers={"Authorization": header})
        assert answer.status_code == 200, answer.text


async def test_a_token_of_a_server_whose_clock_is_ahead_is_good(server: RunningServer) -> None:
    ada = await server.register()
    now = int(time.time())
    for ahead in (2, 30, 3600):
        token = signed(ada, iat=now + ahead, exp=now + ahead + 60)
        answer = await ada.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, ahead


async def test_every_endpoint_that_is_somebodys_asks_for_a_token(server: RunningServer) -> None:
    document = await asyncio.to_thread(server.app.openapi)
    public = {"/auth/options", "/auth/register", "/auth/login", "/auth/refresh"}
    public |= {"/auth/password/forgot", "/auth/password/reset"}
    public |= {"/auth/email/verify", "/auth/email/confirm", "/auth/email/cancel"}
    public |= {"/auth/login/second", "/auth/login/passkey", "/auth/login/passkey/options"}
    public |= {f"/auth/oidc/{{slug}}/{what}" for what in ("start", "callback", "logout")}
    public |= {"/health/live", "/health/ready", "/metrics"}
    public |= {"/s/{token}", "/s/{token}.json", "/s/{token}/attachments/{number}"}
    asked = 0
    for path, methods in document["paths"].items():
        if path in public:
            continue
        for method in methods:
            place, no_ticket = path.replace("{id}", "1"), {"ticket": "none"}
            answer = await server.http.request(method, place, params=no_ticket)
            if method == "head":
                assert (answer.status_code, answer.content) == (401, b"")
            else:
                assert_refused(answer, 401, "invalid_token")
            asked += 1
    assert asked >= 13


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_another_machines_clock_may_be_ahead(server: RunningServer, claim: str) -> None:
    ada = await server.register()
    ahead: dict[str, Any] = {claim: int(time.time()) + 30}
    token = signed(ada, **ahead)
    answer = await server.http.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_a_token_that_was_good_is_refused_from_the_second_it_expires(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = create_access_token(SECRET_KEY, 1, 2, lifetime_seconds=60)
    claims = read_access_token(SECRET_KEY, token)
    assert (claims.user_id, claims.session_id) == (1, 2)
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: claims.expires_at - 0.5)
        assert read_access_token(SECRET_KEY, token) == claims
        later.setattr(time, "time", lambda: float(claims.expires_at))
        with pytest.raises(InvalidToken):
            read_access_token(SECRET_KEY, token)
    with pytest.raises(InvalidToken):
        read_access_token("another secret, as long as the first one", token)
