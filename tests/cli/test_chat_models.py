"""`/model` in the terminal: which model answers in a conversation, and choosing another."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from tests.cli.test_chat_terminal import WHO
from tests.support.cli_process import serving
from tests.support.screen import Typist, in_terminal
from tests.support.upstream import Received, ScriptedUpstream

CHINESE = {"LC_ALL": "zh_CN.UTF-8"}

type Tour = Callable[[Typist, Owner, str], None]
type Requests = list[Received]


class Owner:
    """Who chats, with connections made in another client."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, trust_env=False)
        account = {"username": WHO["CHAT_USER"], "email": WHO["CHAT_EMAIL"]}
        account["password"] = WHO["CHAT_PASSWORD"]
        assert self._http.post("/auth/register", json=account).status_code == 201
        who = {"username_or_email": WHO["CHAT_USER"], "password": WHO["CHAT_PASSWORD"]}
        token = self._http.post("/auth/login", json=who).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def connect(self, label: str, url: str) -> dict[str, Any]:
        """A connection whose list has not been asked for."""
        body = {"label": label, "model_url": url, "api_key": "sk-own"}
        made: dict[str, Any] = self._http.post("/connections", json=body).json()
        return made

    def forget(self, connection: dict[str, Any]) -> None:
        answer = self._http.delete(f"/connections/{connection['id']}")
        assert answer.status_code == 204


def chat(folder: Path, tour: Tour, operators: str = "reasoning", **language: str) -> Requests:
    """A tour in a terminal, with the scripted model's endpoint at hand and an operator who offers
    one of its models, or none; the replies that were asked for."""

    async def run() -> Requests:
        async with ScriptedUpstream() as upstream:
            settings = {
                "ALLOWED_PRIVATE_MODEL_HOSTS": upstream.host,
                "DEFAULT_MODEL_URL": upstream.url,
                "DEFAULT_MODEL_NAME": operators,
                "DEFAULT_API_KEY": "sk-operator" if operators else "",
            }

            def go() -> None:
                with serving(folder, **settings) as server, Owner(server.url) as owner:
                    words = ("chat", "--url", server.url)
                    with in_terminal(folder, *words, settings=WHO | language) as typist:
                        tour(typist, owner, upstream.url)

            await asyncio.to_thread(go)
            return upstream.replies

    return asyncio.run(run())


def test_another_model_is_chosen(tmp_path: Path) -> None:
    """By its name, by the beginning of it with its connection, and for new conversations too."""

    def tour(typist: Typist, owner: Owner, url: str) -> None:
        for label in ("Home", "Attic"):
            owner.connect(label, url)
        typist.enter("/model")
        typist.sees("reasoning answers (this server's model).")
        typist.is_asked()
        listed = [line.rstrip() for line in typist.screen.text.splitlines()]
        for place in ("Home", "Attic"):
            assert f"  echo  {place}" in listed
        assert "* reasoning  this server's model" in listed
        typist.enter("/model echo")
        typist.sees("Several models match echo:")
        typist.enter("/model nonsense")
        typist.sees("No model matches nonsense. /model lists them.")
        typist.enter("/model attic echo")
        typist.sees("From now on echo answers (Attic).")
        typist.enter("it is you")
        typist.sees("You said: it is you")
        typist.enter("/new")
        typist.sees("A new conversation.")
        typist.enter("/model")
        typist.sees("echo answers (Attic).")
        typist.enter("/model this server's model")
        typist.sees("From now on reasoning answers (this server's model).")

    [asked] = chat(tmp_path, tour)
    assert asked.headers["authorization"] == "Bearer sk-own"


def test_a_model_that_is_gone(tmp_path: Path) -> None:
    def tour(typist: Typist, owner: Owner, url: str) -> None:
        home = owner.connect("Home", url)
        typist.enter("/model home echo")
        typist.sees("From now on echo answers (Home).")
        owner.forget(home)
        typist.enter("/model")
        typist.sees("The model of this conversation is gone.")
        typist.enter("/model reasoning")
        typist.sees("From now on reasoning answers")

    chat(tmp_path, tour)


@pytest.mark.parametrize(
    ("language", "none", "answers"),
    [
        ({}, "There is no model yet: connect one on the web page.", "echo answers (Home)."),
        (CHINESE, "还没有可用的模型，请先在网页上接入。", "由 echo 回答（Home）。"),
    ],
    ids=["en", "zh"],
)
def test_without_a_model_and_with_the_first(
    tmp_path: Path, language: dict[str, str], none: str, answers: str
) -> None:
    def tour(typist: Typist, owner: Owner, url: str) -> None:
        typist.enter("/model")
        typist.sees(none)
        owner.connect("Home", url)
        typist.enter("/model home echo")
        typist.is_asked()
        typist.enter("/model")
        typist.sees(answers)

    chat(tmp_path, tour, "", **language)


def test_a_connection_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    def tour(typist: Typist, owner: Owner, url: str) -> None:
        owner.connect("Nowhere", f"{url.removesuffix('v1')}401")
        typist.enter("/model")
        typist.sees("Nowhere: ")

    chat(tmp_path, tour)
