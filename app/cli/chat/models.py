"""Which model answers in a conversation, and how somebody at the terminal chooses another."""

from collections.abc import Callable
from typing import Any

from app.cli.chat.api import ChatApi
from app.cli.chat.words import words

type OfferedModel = dict[str, Any]

SHOWN = 40


class Models:
    """The models that a user may use; `say` prints a line, `clean` takes away what is no text."""

    def __init__(
        self, api: ChatApi, say: Callable[[str], None], clean: Callable[[str], str]
    ) -> None:
        self._api = api
        self._say: Callable[[str], None] = lambda text: say(clean(text))

    def tell(self, conversation_id: int) -> None:
        """Print which one answers there, and which there are. Raises ApiError."""
        self._ask_for_lists()
        models = self._api.models()
        chosen = self._api.conversation(conversation_id)["model_id"]
        answering = next((model for model in models if _answers(model, chosen)), None)
        if answering:
            self._say(words().model_answers.format(name=_name(answering), place=_place(answering)))
        else:
            self._say(words().model_none if chosen is None else words().model_gone)
        self._list([model for model in models if not model["gone"]], answering)

    def choose(self, conversation_id: int, wanted: str) -> None:
        """Have the one that is meant answer there, and in new conversations. Raises ApiError."""
        found = _matching(self._api.models(), wanted)
        if not found:
            self._ask_for_lists()
            found = _matching(self._api.models(), wanted)
        if len(found) == 1:
            [model] = found
            # The server's own may be exchanged for another, which then is meant.
            begins = None if _is_servers(model) else model["id"]
            self._api.choose_model(conversation_id, model["id"], begins)
            self._say(words().model_set.format(name=_name(model), place=_place(model)))
            return
        heading = words().model_several if found else words().model_unknown
        self._say(heading.format(name=wanted))
        self._list(found, None)

    def _ask_for_lists(self) -> None:
        """What the user's own connections have, as their servers say it now."""
        for connection in self._api.connections():
            problem = self._api.list_anew(connection["id"])
            if problem:
                self._say(f"{connection['label']}: {problem}")

    def _list(self, models: list[OfferedModel], answering: OfferedModel | None) -> None:
        for model in models[:SHOWN]:
            mark = "*" if model is answering else " "
            self._say(f"{mark} {_name(model)}  {_place(model)}")
        if len(models) > SHOWN:
            self._say(words().model_more.format(count=len(models) - SHOWN))


def _answers(model: OfferedModel, chosen: int | None) -> bool:
    return bool(model["default"] if chosen is None else model["id"] == chosen)


def _name(model: OfferedModel) -> str:
    return str(model["label"] or model["name"])


def _is_servers(model: OfferedModel) -> bool:
    """That of the server's settings, whose connection has no name."""
    return bool(model["connection"]["shared"] and not model["connection"]["label"])


def _place(model: OfferedModel) -> str:
    return words().model_of_server if _is_servers(model) else str(model["connection"]["label"])


def _matching(models: list[OfferedModel], typed: str) -> list[OfferedModel]:
    """Those that are called so, or else those that hold every word in their name or place."""
    wanted = typed.casefold()
    exact = [m for m in models if wanted in (_name(m).casefold(), m["name"].casefold())]
    if exact:
        return exact
    texts = [
        (model, f"{_place(model)} {_name(model)} {model['name']}".casefold()) for model in models
    ]
    return [model for model, text in texts if all(word in text for word in wanted.split())]
