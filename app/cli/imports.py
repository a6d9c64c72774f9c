"""`chat-backend import`: a file that another product has exported, brought in for a user."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated

import typer

from app.cli.database import opened
from app.cli.failure import fail
from app.cli.progress import progress_bar
from app.config import Settings
from app.database import Database
from app.files import in_the_way
from app.schemas.imports import UNENDED, ImportRead
from app.services.files.place import open_storage
from app.services.files.service import FileService
from app.services.jobs.service import Jobs
from app.services.messages.estimate import estimate_tokens
from app.services.search.rebuild import find_user
from app.services.search.seal import seal
from app.services.search.segments import SEAL
from app.services.settings.live import LiveSettings
from app.services.transfer.imports import ImportService, open_inbox
from app.services.transfer.jobs import ImportJobs
from app.utils.tasks import stop_tasks

FILE = typer.Argument(help="The file as its product made it.", show_default=False)
USER = typer.Option("--user", help="For the user of this name.", show_default=False)
READ_BYTES = 1024 * 1024
LOOK_SECONDS = 0.2
LOOKS_PER_LEASE = 5

cli = typer.Typer()


@cli.command(name="import")
def import_(file: Annotated[Path, FILE], user: Annotated[str, USER]) -> None:
    """Bring the conversations of FILE in: of ChatGPT, Claude and others, or of another server.

    Servers may run, and help. Broken off, it is gone on with by the next server, for a day.
    """
    try:
        done = asyncio.run(_brought_in(file, user))
    except OSError as error:
        fail(in_the_way(error, file))
    if done.status != "done":
        fail(f"The import {done.status}: {done.why or 'by its owner'}")
    counts = (f"{getattr(done, name)} {name}" for name in ("created", "updated", "unchanged"))
    typer.echo(f"{', '.join(counts)}, {done.skipped} skipped, {done.failed} failed")
    typer.echo(f"{done.messages} messages were added")


async def _brought_in(path: Path, name: str) -> ImportRead:
    """An import of a file for the user of this name, once it has ended."""
    async with opened() as (settings, database):
        user_id = await database.read(find_user, name)
        if user_id is None:
            fail(f"There is no account named {name}")
        size = (await asyncio.to_thread(path.stat)).st_size
        storage = open_storage(settings.files_url, settings.data_dir)
        files = FileService(database, storage, settings, estimate_tokens)
        inbox = open_inbox(settings)
        imports = ImportService(database, inbox, settings.imports_max_bytes)
        lease = settings.reap_after_seconds
        live = LiveSettings(database, settings)
        await live.exact()
        doing = ImportJobs(
            *(inbox, files, lease / LOOKS_PER_LEASE, live.retention),
            is_alone=lambda: False,  # a server may run beside
        )
        jobs = _jobs(database, settings)
        await imports.open(jobs, doing.bring_in)
        working = asyncio.create_task(jobs.run())
        try:
            new, _ = await imports.begin(user_id, path.name, _bytes(path), size, None)
            with progress_bar("Conversations") as progress:
                return await _until_ended(imports, user_id, new, progress)
        finally:
            await stop_tasks(working)
            imports.close()
            files.close()


def _jobs(database: Database, settings: Settings) -> Jobs:
    owner = f"import-{secrets.token_hex(8)}"
    lease = settings.reap_after_seconds
    return Jobs(database, owner, settings.jobs_at_once, LOOK_SECONDS, lease, {SEAL: seal})


async def _until_ended(
    imports: ImportService, user_id: int, new: ImportRead, progress: Callable[[int], None]
) -> ImportRead:
    done = 0
    while new.status in UNENDED:
        await asyncio.sleep(LOOK_SECONDS)
        new = await imports.get(user_id, new.id)
        progress(new.done - done)
        done = new.done
    return new


async def _bytes(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while data := await asyncio.to_thread(file.read, READ_BYTES):
            yield data
