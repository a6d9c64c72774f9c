"""A row of the audit log that was changed, removed or put in is found by `audit verify`, and a
database alone is not enough to hide it; several processes seal one chain."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from sqlalchemy.engine import URL

from app.database import open_database
from app.encryption import KeyVault
from app.services.audit.chain import row_seal
from app.services.audit.verify import Witness
from app.services.upkeep.master_keys import rotate
from tests.faults.watching import eventually
from tests.support.audit_log import Event, events, tamper, verified
from tests.support.backups import backup, command, done, restore, settings
from tests.support.migrated import migrated_database
from tests.support.server import ENCRYPTION_KEY, PASSWORD, RunningServer, running_server

pytestmark = pytest.mark.anyio

OTHER_KEY = "A" * 43 + "="
PEOPLE = 6
EMPTY_HEAD = "UPDATE audit_head SET seq = 0, pruned_seq = 0, mac = NULL, key_id = NULL"

Log = tuple[str, list[Event]]


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with migrated_database(database_server, tmp_path) as url:
        yield url


async def sealed(server: RunningServer) -> list[Event]:
    """A log of some rows, all of them sealed."""
    await asyncio.gather(*(server.register() for _ in range(PEOPLE)))
    rows = await events(server)
    assert len(rows) == 2 * PEOPLE
    return rows


@pytest.fixture
async def rows(url: str) -> AsyncIterator[list[Event]]:
    """The rows of a log whose server has ended."""
    async with running_server(database_url=url) as server:
        rows = await sealed(server)
    yield sorted(rows, key=lambda row: int(row["seq"]))


@pytest.fixture(scope="module")
async def log(database_server: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Log]:
    """The database and the rows of a log that nobody changes for good."""
    with migrated_database(database_server, tmp_path_factory.mktemp("log")) as url:
        async with running_server(database_url=url) as server:
            rows = await sealed(server)
        yield url, sorted(rows, key=lambda row: int(row["seq"]))


async def findings(url: str, *statements: str) -> list[str]:
    """What shows after some tampering, which is then taken back."""
    report = await asyncio.to_thread(verified, url, tampering=statements)
    return report.findings


async def test_an_untouched_log_is_whole(log: Log) -> None:
    url, rows = log
    report = await asyncio.to_thread(verified, url)
    assert (report.sealed, report.unsealed, report.findings) == (len(rows), 0, [])
    assert (report.place, report.seal) == (len(rows), rows[-1]["seal"])


@pytest.mark.parametrize(
    "change",
    ["action = 'logout'", "user_id = NULL", "detail = '{}'", "at = '2026-01-01 00:00:00.000000'",
     "address = '127.0.0.2'", "outcome = 'refused'", "request_id = NULL", "seal = NULL"],
)  # fmt: skip
async def test_a_changed_row_shows(log: Log, change: str) -> None:
    url, rows = log
    row = rows[4]
    found = await findings(url, f"UPDATE audit_event SET {change} WHERE id = {row['id']}")
    assert f"Row {row['id']} (place 5) is not what was sealed" in found


async def test_a_removed_row_shows(log: Log) -> None:
    url, rows = log
    assert await findings(url, "DELETE FROM audit_event WHERE seq = 5") == ["Place 5 is missing"]


async def test_a_removed_row_shows_when_others_move_up(log: Log) -> None:
    url, rows = log
    moves = (f"UPDATE audit_event SET seq = {n} WHERE seq = {n + 1}" for n in range(5, len(rows)))
    found = await findings(url, "DELETE FROM audit_event WHERE seq = 5", *moves)
    assert f"Row {rows[5]['id']} (place 5) is not what was sealed" in found
    assert f"Place {len(rows)} is missing, the newest" in found


async def test_a_row_put_in_shows(log: Log) -> None:
    url, rows = log
    put_in = (
        "INSERT INTO audit_event (at, action, outcome, seq, seal) "
        f"SELECT at, action, outcome, {len(rows) + 1}, seal FROM audit_event WHERE seq = 1"
    )
    place = len(rows) + 1
    assert f"Places {place} to {place} were not sealed by the server" in await findings(url, put_in)


@pytest.mark.parametrize("place", [0, -1])
async def test_a_row_put_in_before_the_first_shows(log: Log, place: int) -> None:
    url, _ = log
    put_in = (
        "INSERT INTO audit_event (at, action, outcome, seq, seal) "
        f"SELECT at, 'logout', outcome, {place}, seal FROM audit_event WHERE seq = 1"
    )
    found = await findings(url, put_in)
    assert len(found) == 1 and f"(place {place}) was put in" in found[0]


async def test_two_rows_that_changed_places_show(log: Log) -> None:
    url, rows = log
    found = await findings(
        url,
        "UPDATE audit_event SET seq = -1 WHERE seq = 5",
        "UPDATE audit_event SET seq = 5 WHERE seq = 6",
        "UPDATE audit_event SET seq = 6 WHERE seq = -1",
    )
    assert len(found) >= 2


async def test_newest_rows_that_are_gone_show(log: Log) -> None:
    url, rows = log
    last = len(rows)
    found = await findings(url, f"DELETE FROM audit_event WHERE seq > {last - 3}")
    assert found == [f"Places {last - 2} to {last} are missing, the newest"]


async def test_a_row_that_was_changed_and_all_after_it_sealed_anew_shows(log: Log) -> None:
    url, rows = log
    seal, changes = rows[3]["seal"], ["UPDATE audit_event SET action = 'logout' WHERE seq = 5"]
    for row in rows[4:]:
        forged = row | {"action": "logout"} if row["seq"] == 5 else row
        detail = orjson.dumps(row["detail"]).decode() if row["detail"] else None
        seal = row_seal(seal, SimpleNamespace(**forged | {"detail": detail}))
        changes.append(f"UPDATE audit_event SET seal = X'{seal.hex()}' WHERE id = {row['id']}")
    found = await findings(url, *changes)
    assert found == [f"Place {len(rows)} is not what the head was signed for"]


async def test_a_head_that_was_set_back_shows(log: Log) -> None:
    url, rows = log
    place = len(rows) - 3
    found = await findings(
        url,
        f"UPDATE audit_head SET seq = {place}, "
        f"seal = (SELECT seal FROM audit_event WHERE seq = {place})",
        f"DELETE FROM audit_event WHERE seq > {place}",
    )
    assert found == ["The head was changed: its signature is not the server's"]


@pytest.mark.databases("sqlite")
async def test_a_witness_shows_that_the_whole_log_was_set_back(
    url: str, rows: list[Event], tmp_path: Path
) -> None:
    """The one thing that the database alone cannot show."""
    file = tmp_path / "old.backup"
    await asyncio.to_thread(backup, url, file)
    async with running_server(database_url=url) as server:
        await server.register()
        newest = max(await events(server), key=lambda row: int(row["seq"]))
    witness = Witness(newest["seq"], newest["seal"])
    assert (await asyncio.to_thread(verified, url, witness=witness)).findings == []
    await asyncio.to_thread(restore, url, file)
    assert (await asyncio.to_thread(verified, url)).findings == []
    found = (await asyncio.to_thread(verified, url, witness=witness)).findings
    assert found == [f"Place {witness.seq} does not have the seal that the witness names"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("head", [EMPTY_HEAD, "DELETE FROM audit_head"])
async def test_a_witness_shows_that_the_whole_log_was_emptied(
    url: str, rows: list[Event], head: str
) -> None:
    await asyncio.to_thread(tamper, url, "DELETE FROM audit_event", head)
    assert (await asyncio.to_thread(verified, url)).findings == []
    witness = Witness(rows[-1]["seq"], rows[-1]["seal"])
    found = (await asyncio.to_thread(verified, url, witness=witness)).findings
    assert found[-1] == f"Place {witness.seq} does not have the seal that the witness names"


@pytest.mark.databases("sqlite")
async def test_a_server_builds_on_no_chain_that_was_tampered_with(
    url: str, rows: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(tamper, url, f"DELETE FROM audit_event WHERE seq = {len(rows)}")
    async with running_server(database_url=url) as server:
        await server.register()
        assert [row["seq"] for row in await events(server)][-2:] == [None, None]
    assert "audit_chain_broken" in capsys.readouterr().err
    report = await asyncio.to_thread(verified, url)
    assert (report.unsealed, len(report.findings)) == (2, 1)


@pytest.mark.databases("sqlite")
async def test_the_command_says_what_it_found(url: str, rows: list[Event], tmp_path: Path) -> None:
    whole = done(await asyncio.to_thread(command, tmp_path, url, "audit", "verify"))
    last = f"{len(rows)}:{rows[-1]['seal'].hex()}"
    assert whole == f"{len(rows)} rows sealed, 0 not yet; the last is {last}\n"
    words = ("audit", "verify", "--witness", last)
    assert done(await asyncio.to_thread(command, tmp_path, url, *words)) == whole
    await asyncio.to_thread(tamper, url, "UPDATE audit_event SET action = 'x' WHERE seq = 3")
    ended = await asyncio.to_thread(command, tmp_path, url, "audit", "verify")
    row = next(row for row in rows if row["seq"] == 3)
    assert ended.returncode == 1
    assert ended.stderr == f"Row {row['id']} (place 3) is not what was sealed\n"


async def test_several_servers_seal_one_chain(url: str) -> None:
    async with running_server(database_url=url) as one, running_server(database_url=url) as two:
        people = await asyncio.gather(*(server.register() for server in (one, two) * PEOPLE))
        for _ in range(3):
            await asyncio.gather(
                *(person.server.log_in(person.name, PASSWORD) for person in people),
                *(server.app.state.services.audit.close() for server in (one, two) * 3),
            )
        rows = await events(two)
    assert sorted(row["seq"] for row in rows) == list(range(1, len(rows) + 1))
    report = await asyncio.to_thread(verified, url)
    assert (report.sealed, report.unsealed, report.findings) == (5 * len(people), 0, [])


@pytest.mark.databases("sqlite")
async def test_a_chain_that_is_to_be_sealed_anew_shows(url: str, rows: list[Event]) -> None:
    await asyncio.to_thread(
        tamper,
        url,
        "UPDATE audit_event SET seq = NULL, seal = NULL, action = 'logout'",
        "UPDATE audit_head SET seq = 0, seal = pruned_seal, key_id = NULL, mac = NULL",
    )
    async with running_server(database_url=url) as server:
        assert {row["seq"] for row in await events(server)} == {None}
    report = await asyncio.to_thread(verified, url)
    assert (report.unsealed, report.findings) == (len(rows), ["The head is not signed"])


async def test_a_pruned_chain_is_whole(url: str) -> None:
    async with running_server(database_url=url):
        pass  # the chain is begun
    old = (
        "INSERT INTO audit_event (at, action, outcome) "
        f"VALUES ('2025-01-0{day} 00:00:00.000000', 'logout', 'ok')"
        for day in range(1, 6)
    )
    await asyncio.to_thread(tamper, url, *old)
    async with running_server(database_url=url, audit_retention_days=90) as server:

        async def is_pruned() -> bool:
            return await events(server) == []

        await eventually(is_pruned)
        await server.register()
        assert [row["seq"] for row in await events(server)] == [6, 7]
    report = await asyncio.to_thread(verified, url)
    assert (report.pruned, report.sealed, report.findings) == (5, 2, [])
    found = await findings(url, "DELETE FROM audit_event WHERE seq = 6")
    assert found == ["Place 6 is missing"]
    put_in = "INSERT INTO audit_event (at, action, outcome, seq) SELECT at, 'logout', outcome, 3 "
    found = await findings(url, put_in + "FROM audit_event WHERE seq = 6")
    assert len(found) == 1 and "(place 3) was put in" in found[0]


async def test_rows_made_older_are_not_pruned(
    url: str, rows: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    older = "UPDATE audit_event SET at = '2025-01-01 00:00:00.000000' WHERE seq < 5"
    await asyncio.to_thread(tamper, url, older)
    async with running_server(database_url=url, audit_retention_days=90) as server:

        async def is_told() -> bool:
            return "is not what was sealed" in capsys.readouterr().err

        await eventually(is_told)
        assert len(await events(server)) == len(rows)


@pytest.mark.databases("sqlite")
async def test_another_key_neither_verifies_nor_seals(log: Log) -> None:
    url, rows = log
    report = await asyncio.to_thread(verified, url, OTHER_KEY)
    assert report.findings == ["The head is signed with an ENCRYPTION_KEY that is not here"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("keys", "abandon"),
    [([OTHER_KEY, ENCRYPTION_KEY], False), ([OTHER_KEY], True)],
    ids=["rotated", "abandoned"],
)
async def test_a_chain_lives_on_under_a_new_key(
    url: str, rows: list[Event], keys: list[str], abandon: bool
) -> None:
    database = await asyncio.to_thread(open_database, settings(url))
    await rotate(database, KeyVault(keys), lambda _: None, abandon)
    await database.close()
    report = await asyncio.to_thread(verified, url, OTHER_KEY)
    assert (report.sealed, report.unsealed, report.findings) == (len(rows), 1, [])
    async with running_server(database_url=url, encryption_key=OTHER_KEY) as server:
        assert (await events(server))[-1]["action"] == "keys_rotated"
    report = await asyncio.to_thread(verified, url, OTHER_KEY)
    assert (report.sealed, report.findings) == (len(rows) + 1, [])


async def test_a_backup_brings_the_chain_back(url: str, rows: list[Event], tmp_path: Path) -> None:
    lite = f"sqlite:///{tmp_path / 'other.db'}"
    await asyncio.to_thread(backup, url, tmp_path / "a.backup")
    await asyncio.to_thread(restore, lite, tmp_path / "a.backup")
    report = await asyncio.to_thread(verified, lite)
    assert (report.sealed, report.unsealed, report.findings) == (len(rows), 1, [])
    async with running_server(database_url=lite) as server:
        assert (await events(server))[-1]["action"] == "backup_restored"
    assert (await asyncio.to_thread(verified, lite)).findings == []


async def test_the_operators_acts_are_written_down(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"

    def act() -> None:
        for words in (
            ("user", "create", "ada", "ada@example.com", "--password-stdin"),
            ("user", "disable", "ada"),
            ("user", "enable", "ada"),
            ("user", "reset-link", "ada"),
            ("rotate-keys",),
            ("backup", tmp_path / "a.backup"),
            ("restore", tmp_path / "a.backup", "--replace"),
        ):
            done(command(tmp_path, url, *words, typed=f"{PASSWORD}\n"))

    await asyncio.to_thread(act)
    async with running_server(database_url=url) as server:
        rows = await events(server)
    assert [row["action"] for row in rows] == [
        *("account_created", "account_disabled", "account_enabled"),
        *("reset_link_made", "keys_rotated", "backup_restored"),
    ]
    assert {row["address"] for row in rows} == {"command line"}
    assert (await asyncio.to_thread(verified, url)).sealed == len(rows)
