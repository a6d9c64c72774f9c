"""One budget of a user for HTTP and socket, one of an address, small ones for logging in.

The budgets slide: a minute that turns over during a test lets one more request through.
"""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

BUDGET = 6
SPENT = {BUDGET, BUDGET + 1}


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


async def until_refused(ask: Callable[[int], Awaitable[httpx2.Response]]) -> int:
    """How many requests got through before the first 429, which says when to come again."""
    for number in range(3 * BUDGET):
        answer = await ask(number)
        if answer.status_code == 429:
            assert_refused(answer, 429, "rate_limited")
            assert 1 <= int(answer.headers["Retry-After"]) <= 120
            assert answer.headers["Retry-After"] in answer.json()["detail"]
            return number
    raise AssertionError("never refused")


async def test_http_and_socket_share_a_users_budget(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(rate_limit_per_minute=BUDGET)
    ada = await server.person_with_model(upstream.url)  # one of the user's requests
    conversation = await ada.conversation()  # two
    async with ada.socket(conversation) as socket:  # three
        counted = 3
        while (event := (await socket.say("hello"))[-1])["type"] == "done":
            counted += 1
            assert counted <= max(SPENT)
        assert counted in SPENT
        assert event["code"] == "rate_limited"
        assert 1 <= event["retry_after"] <= 120
        for _ in range(30):
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}
        await socket.send(type="stop")
        for _ in range(BUDGET):
            assert (await ada.post(f"/conversations/{conversation}/stop")).status_code == 204
        assert_refused(await ada.get("/auth/me"), 429, "rate_limited")
        assert (await socket.say("again"))[-1]["code"] == "rate_limited"
    assert len(upstream.replies) == counted - 3


async def test_a_token_counts_however_it_is_written(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=BUDGET)
    ada = await server.register()

    async def ask(number: int) -> httpx2.Response:
        headers = {"Authorization": f"bearer{' ' * (number % 3 + 1)}{ada.token}"}
        return await server.http.get("/auth/me", headers=headers)

    assert await until_refused(ask) in SPENT
    assert (await server.http.get("/nothing")).status_code == 404


async def test_another_user_has_a_budget_of_their_own(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=BUDGET)
    ada, bob = await server.register(), await server.register()
    assert await until_refused(lambda _: ada.get("/auth/me")) in SPENT
    assert (await bob.get("/auth/me")).status_code == 200
    again = await server.log_in(ada.name, PASSWORD)
    assert_refused(await again.get("/auth/me"), 429, "rate_limited")
    forged = {"Authorization": f"Bearer {ada.token}x"}
    assert_refused(await bob.get("/auth/me", headers=forged), 401, "invalid_token")


@pytest.mark.parametrize("path", ["/auth/me", "/conversations", "/conversations/1/messages"])
async def test_a_token_of_an_ended_session_uses_up_nothing_of_its_owners(
    start_server: StartServer, path: str
) -> None:
    server = await start_server(rate_limit_per_minute=BUDGET)
    thief = await server.register()
    owner = await server.log_in(thief.name, PASSWORD)
    assert (await owner.request("DELETE", f"/auth/sessions/{thief.session_id}")).status_code == 204

    async def ask(_: int) -> httpx2.Response:
        return await thief.get(path)

    await until_refused(ask)
    assert (await owner.get("/auth/me")).status_code == 200


async def test_without_a_token_the_address_counts(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=BUDGET)

    async def ask(number: int) -> httpx2.Response:
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Authorization": f"Bearer {number}"}
        return await server.http.get("/nothing", headers=headers)

    assert await until_refused(ask) in SPENT
    for path in ("/", "/docs", "/docs/assets/start.js", "/health/live", "/health/ready"):
        for _ in range(BUDGET + 2):
            assert (await server.http.get(path)).status_code == 200


async def test_a_host_with_many_addresses_has_one_budget(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=BUDGET, trusted_proxies=["127.0.0.0/8"])

    async def ask(number: int) -> httpx2.Response:
        headers = {"X-Forwarded-For": f"2001:db8:1:2::{number:x}"}
        return await server.http.get("/nothing", headers=headers)

    assert await until_refused(ask) in SPENT
    neighbour = {"X-Forwarded-For": "2001:db8:1:3::1"}
    assert (await server.http.get("/nothing", headers=neighbour)).status_code == 404


async def test_an_address_of_ipv4_is_one_however_it_is_written(start_server: StartServer) -> None:
    """A proxy that listens on IPv6 for both writes `::ffff:203.0.113.5`."""
    proxies = ["127.0.0.0/8", "10.0.0.0/8"]
    server = await start_server(rate_limit_per_minute=BUDGET, trusted_proxies=proxies)

    async def ask(number: int) -> httpx2.Response:
        prefix = "::ffff:" if number % 2 else ""
        chain = f"{prefix}203.0.113.5, {prefix}10.0.0.1"
        return await server.http.get("/nothing", headers={"X-Forwarded-For": chain})

    assert await until_refused(ask) in SPENT
    neighbour = {"X-Forwarded-For": "::ffff:203.0.113.6"}
    assert (await server.http.get("/nothing", headers=neighbour)).status_code == 404


@pytest.mark.parametrize("action", ["login", "register"])
async def test_logging_in_and_registering_have_small_budgets(
    start_server: StartServer, action: str
) -> None:
    server = await start_server(login_rate_limit_per_minute=BUDGET)
    assert await until_refused(lambda n: knock(server, action, n)) in SPENT
    other = "register" if action == "login" else "login"
    assert (await knock(server, other, 1)).status_code in (401, 409, 201)
    assert (await server.http.get("/nothing")).status_code == 404


async def knock(
    server: RunningServer, action: str, number: int, forwarded: str | None = None
) -> httpx2.Response:
    """A login or a registration, with an X-Forwarded-For of the client's own making."""
    headers = {"X-Forwarded-For": forwarded or f"203.0.113.{number}"}
    name = f"knock-{action}-{number}"
    body = {"username": name, "email": f"{name}@example.com", "username_or_email": name}
    return await server.http.post(
        f"/auth/{action}", json=body | {"password": PASSWORD}, headers=headers
    )


async def test_only_trusted_proxies_name_the_client(start_server: StartServer) -> None:
    server = await start_server(
        login_rate_limit_per_minute=BUDGET, trusted_proxies=["127.0.0.0/8", "10.0.0.1"]
    )

    def behind(chain: str) -> Callable[[int], Awaitable[httpx2.Response]]:
        return lambda number: knock(server, "login", number, chain.format(n=number))

    for chain in (
        "203.0.113.7",
        "198.51.100.{n}, 203.0.113.8",  # what stands before is the client's own claim
        "198.51.100.{n}, 203.0.113.9, 10.0.0.1",
    ):
        assert await until_refused(behind(chain)) in SPENT
    for number in range(2 * BUDGET):
        answer = await behind("192.0.2.{n}")(number)
        assert_refused(answer, 401, "invalid_credentials")


async def test_guessing_at_an_account_locks_nobody_else_out(start_server: StartServer) -> None:
    server = await start_server(login_rate_limit_per_minute=BUDGET, trusted_proxies=["127.0.0.0/8"])

    async def log_in(name: str, address: str, password: str = "a guess") -> httpx2.Response:
        body = {"username_or_email": name, "password": password}
        headers = {"X-Forwarded-For": address}
        return await server.http.post("/auth/login", json=body, headers=headers)

    ada = await server.register()
    # A new address for every guess: what refuses them is the account's own budget.
    for network in ("203.0.113.{n}", "2001:db8:7:{n}::1"):

        async def guess(number: int, network: str = network) -> httpx2.Response:
            return await log_in(ada.name, network.format(n=number + 1))

        tried = await until_refused(guess)
        assert tried in SPENT
        own = await log_in(ada.name, network.format(n=99), PASSWORD)
        assert_refused(own, 429, "rate_limited")
        other = await log_in("somebody else", network.format(n=98))
        assert_refused(other, 401, "invalid_credentials")
    for number in range(BUDGET + 2):  # right passwords are not counted, from anywhere
        answer = await log_in(ada.name, f"198.51.100.{number}", PASSWORD)
        assert answer.status_code == 200


async def test_guessing_the_password_of_a_login_is_bounded(start_server: StartServer) -> None:
    server = await start_server(login_rate_limit_per_minute=BUDGET)
    ada = await server.register()
    body = {"old_password": "a guess", "new_password": "another long passphrase"}
    assert await until_refused(lambda _: ada.request("PUT", "/auth/password", json=body)) in SPENT
    answer = await ada.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert_refused(answer, 429, "rate_limited")
    assert (await ada.get("/auth/me")).status_code == 200


async def test_going_to_a_provider_clears_no_count(start_server: StartServer) -> None:
    server = await start_server(login_rate_limit_per_minute=BUDGET)
    ada = await server.register()

    async def guess(number: int) -> httpx2.Response:
        await ada.post("/auth/reauthenticate", json={"provider": "none"})
        return await ada.post("/auth/reauthenticate", json={"password": "a guess"})

    assert await until_refused(guess) in SPENT


async def test_a_proxy_may_add_a_line_of_its_own(start_server: StartServer) -> None:
    """As HAProxy does: the client's own lines come first, and are still only its claim."""
    server = await start_server(rate_limit_per_minute=BUDGET, trusted_proxies=["127.0.0.1"])

    async def ask(number: int) -> httpx2.Response:
        claim, word = f"198.51.100.{number}", "203.0.113.7"
        lines = [("X-Forwarded-For", claim), ("X-Forwarded-For", word)]
        return await server.http.get("/nothing", headers=lines)

    assert await until_refused(ask) in SPENT
    neighbour = [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "203.0.113.8")]
    assert (await server.http.get("/nothing", headers=neighbour)).status_code == 404
