"""What the operator pays for is counted by the day; the local model, free of charge, is not."""

import pytest
from sqlalchemy import Connection, insert

from app.database import table_of
from app.local_model import NAME as LOCAL_MODEL
from app.models import DefaultModelUse, utc_now
from app.services.usage.periods import SECONDS_PER_DAY
from tests.conftest import StartServer
from tests.endpoints.connecting import patch
from tests.endpoints.test_choice import say, shared_model
from tests.endpoints.test_config import in_table
from tests.support.refusals import assert_refused
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


def used(connection: Connection, user_id: int, messages: int) -> None:
    """As if a user had sent so many today, also where that ends meanwhile."""
    day = int(utc_now().timestamp()) // SECONDS_PER_DAY
    row = {"user_id": user_id, "messages": messages}
    rows = [{**row, "day": day}, {**row, "day": day + 1}]
    connection.execute(insert(table_of(DefaultModelUse)), rows)


async def test_beside_the_local_model_what_is_shared_is_counted(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(
        default_model_url=upstream.url, default_model_name=LOCAL_MODEL, default_api_key="sk-local"
    )
    ada = await server.register()
    await in_table(server.app.state.settings, used, ada.id, 199)
    conversation = await ada.conversation()
    for _ in range(3):
        assert (await say(ada, conversation)).status_code == 200
    me = (await ada.get("/auth/me")).json()
    assert (me["default_model_left"], me["default_model_daily"]) == (None, None)
    async with shared_model(server, upstream) as shared:
        assert (await say(ada, conversation, model_id=shared)).status_code == 200
        refused = await say(ada, conversation, model_id=shared)
        assert_refused(refused, 429, "daily_limit_reached")
        me = await patch(ada, "/auth/me", default_model_id=shared)
        assert (me["default_model_left"], me["default_model_daily"]) == (0, 200)
        assert (await say(ada, conversation)).status_code == 429
        await patch(ada, "/auth/me", default_model_id=None)
        assert (await say(ada, conversation)).status_code == 200


async def test_a_limit_that_somebody_chose_holds_for_the_local_model(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(
        default_model_url=upstream.url,
        default_model_name=LOCAL_MODEL,
        default_api_key="sk-local",
        default_model_daily_messages=1,
    )
    ada = await server.register()
    conversation = await ada.conversation()
    assert [(await say(ada, conversation)).status_code for _ in range(2)] == [200, 429]
