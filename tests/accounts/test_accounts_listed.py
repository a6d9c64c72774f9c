"""The operator's list of accounts: everybody once, with their last login, also an ended one."""

import pytest

from app.services.accounts import service as accounts
from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio


async def test_everybody_is_listed_once_with_their_last_login(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await server.register() for _ in range(5)]
    again = await server.log_in(people[1].name, "correct horse battery")
    for person in (people[0], people[1]):
        await person.post("/auth/logout")
    services = server.app.state.services
    await services.accounts.set_enabled(people[2].name, False)
    monkeypatch.setattr(accounts, "LISTED_AT_ONCE", 2)
    pages = [page async for page in services.accounts.all()]
    assert max(map(len, pages)) == 2
    found = {account.id: account for page in pages for account in page}
    assert list(found) == sorted(found)
    mine = [found[person.id] for person in people]
    assert [account.username for account in mine] == [person.name for person in people]
    assert [account.enabled for account in mine] == [True, True, False, True, True]
    sessions = (await again.get("/auth/sessions")).json()["sessions"]
    logins = [account.last_login_at for account in mine]
    assert all(logins)
    assert logins[1].isoformat()[:19] >= sessions[0]["created_at"][:19]
    assert all(account.created_at <= account.last_login_at for account in mine)
