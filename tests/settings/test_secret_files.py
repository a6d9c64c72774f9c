"""Secrets that lie in files of `DATA_DIR` are held to the rules of those that are set: one that is
unusable is told in a line that names its file, and nothing of what is in it."""

from pathlib import Path

import pytest

from tests.support.cli_process import run, run_bare_uvicorn

SHORT = "must be at least 32 bytes long"
NO_KEY = "must be the base64 of 32 bytes"
UNUSABLE = [
    ("secret_key", b"changeme", "still has the placeholder of the example; set your own"),
    ("secret_key", b"", SHORT),
    ("secret_key", b"\xff" * 40, "is not a UTF-8 text file"),
    ("encryption_key", b"", NO_KEY),
    ("encryption_key", b" , ", NO_KEY),
    ("encryption_key", b"hunter2", NO_KEY),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.parametrize(("name", "content", "told"), UNUSABLE, ids=str)
def test_the_server_does_not_start(
    tmp_path: Path, data: Path, name: str, content: bytes, told: str
) -> None:
    (data / name).write_bytes(content)
    ended = run(tmp_path, "serve", "--host", "127.0.0.1", "--port", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"data/{name} {told}\n"
    assert (data / name).read_bytes() == content


@pytest.mark.parametrize(
    "words",
    [("user", "disable", "anna"), ("audit", "verify"), ("audit", "restart"), ("rotate-keys",)],
    ids=" ".join,
)
def test_no_command_goes_on(tmp_path: Path, data: Path, words: tuple[str, ...]) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    (data / "encryption_key").write_text("hunter2")
    ended = run(tmp_path, *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"data/encryption_key {NO_KEY}\n"


def test_uvicorn_alone_names_the_file(tmp_path: Path, data: Path) -> None:
    (data / "secret_key").write_text("hunter2")
    ended = run_bare_uvicorn(tmp_path)
    assert ended.returncode != 0
    assert f"data/secret_key {SHORT}" in ended.stderr and "hunter2" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [("secret_key", b"changeme"), ("secret_key", b"\xff" * 40), ("encryption_key", b" , ")],
    ids=["placeholder", "no text", "no key"],
)
def test_the_doctor_finds_it(tmp_path: Path, data: Path, name: str, content: bytes) -> None:
    (data / name).write_bytes(content)
    (data / name).chmod(0o600)
    ended = run(tmp_path, "doctor")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert f"data/{name} is damaged" in ended.stdout
