"""The wheel alone is the product: installed into an empty environment and started in an empty
folder it makes its database, shows its page, and chats."""

import asyncio
import re
import subprocess
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app import __version__
from app.routers.web_page import BUILT
from tests.packaging.wheel import ROOT, build, install
from tests.support.cli_process import READY, environment
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import RunningServer, http_client, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that the wheel was installed into."""
    folder = tmp_path_factory.mktemp("wheel")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    return install(next(folder.glob("*.whl")), folder / "environment")


@pytest.fixture(scope="module")
def page() -> dict[str, bytes]:
    """The files of the page as they were built."""
    return {f"/{file.relative_to(BUILT)}": file.read_bytes() for file in BUILT.glob("**/*.*")}


def settings(**values: str) -> dict[str, str]:
    """The settings of an installation, without anything that leads to this project."""
    kept = environment(HOST="127.0.0.1", BCRYPT_ROUNDS="4", **values)
    return {name: value for name, value in kept.items() if name != "PYTHONPATH"}


@asynccontextmanager
async def serving(programs: Path, folder: Path, **values: str) -> AsyncIterator[RunningServer]:
    """`chat-backend serve` of that environment, in `folder`."""
    program = [str(programs / "chat-backend"), "serve", "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *program, cwd=folder, env=settings(**values), stdin=DEVNULL, stdout=PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.stdout.readuntil(READY.encode())
            port = int((await process.stdout.readline()).split()[0].rpartition(b":")[2])
        async with await asyncio.to_thread(http_client, port) as http:
            yield RunningServer(port, None, http)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.communicate()


async def test_it_chats_and_shows_its_page(
    programs: Path, tmp_path: Path, page: dict[str, bytes], upstream: ScriptedUpstream
) -> None:
    async with serving(programs, tmp_path, ALLOWED_PRIVATE_MODEL_HOSTS=upstream.host) as server:
        person = await server.person_with_model(upstream.url)
        async with person.socket(await person.conversation()) as socket:
            events = await socket.say("Is it all there?")
        assert events[-1]["type"] == "done"
        assert text_of(events) == "You said: Is it all there?"
        index = await server.http.get("/")
        assert (index.status_code, index.content) == (200, page["/index.html"])
        files = re.findall(r'(?:src|href)="(/[^"]+)"', index.text)
        assert {file.rpartition(".")[2] for file in files} > {"js", "css"}
        for file in files:
            answer = await server.http.get(file)
            assert (answer.status_code, answer.content) == (200, page[file])


def test_it_is_this_version_and_nothing_of_the_sources(programs: Path, tmp_path: Path) -> None:
    code = "import app; print(app.__version__, app.__file__)"
    python = [str(programs / "python"), "-c", code]
    said = subprocess.check_output(python, cwd=tmp_path, env=settings(), text=True, timeout=60)
    version, file = said.split(maxsplit=1)
    assert version == __version__
    assert Path(file.strip()).resolve().is_relative_to(programs.parent.resolve())
