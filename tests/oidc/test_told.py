"""What is told besides: in an export, and to whoever comes back too often."""

import orjson
import pytest

from tests.conftest import StartServer
from tests.oidc.browser import Browser, problem_of
from tests.oidc.conftest import knowing
from tests.oidc.hostile import HostileProvider
from tests.transfer.exporting import taken

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_an_export_tells_by_which_accounts_one_logs_in(
    browser: Browser, provider: HostileProvider
) -> None:
    await browser.log_in(provider, sub="exported")
    person = await browser.person()
    await Browser(browser.server).log_in(provider, sub="somebody else")
    [told] = orjson.loads((await taken(person)).files["identities.json"])["identities"]
    assert set(told) == {"issuer", "subject", "created_at", "last_login_at"}
    assert (told["issuer"], told["subject"]) == (provider.issuer, "exported")
    assert told["created_at"] <= told["last_login_at"]


async def test_who_comes_back_too_often_is_told_on_the_page(
    provider: HostileProvider, start_server: StartServer
) -> None:
    server = await start_server(
        **knowing(corp=provider),
        login_rate_limit_per_minute=3,
    )
    browser = Browser(server)
    back = provider.agree(await browser.start(), sub="too often")
    guesses = [problem_of(await browser.come_back(state="made up", code="x")) for _ in range(3)]
    assert guesses == ["login_expired", "login_expired", "rate_limited"]
    assert problem_of(await browser.come_back(**back)) == "rate_limited"
    # Nothing is used up by that: nobody has looked at it.
    assert back["code"] in provider.codes
    assert not await browser.is_logged_in()
    answer = await browser.get("/auth/oidc/corp/start")
    assert problem_of(answer.headers["location"]) == "rate_limited"
