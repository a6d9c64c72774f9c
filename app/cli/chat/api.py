"""The public HTTP API and its socket, as far as the terminal needs them."""

import ipaddress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2
from websockets.sync.client import ClientConnection, connect

from app.cli.chat.words import words

TIMEOUT_SECONDS = 30
FRAME_MAX_BYTES = 2 * 1024 * 1024


class ApiError(Exception):
    """A refusal in the server's own words, or why there was no answer; `code` as in the API."""

    def __init__(self, text: str, code: str = "unreachable") -> None:
        super().__init__(text)
        self.code = code


class ChatApi:
    """One user's view of a server. The tokens stay in memory."""

    def __init__(self, url: str, language: str) -> None:
        self._url = url.rstrip("/")
        self._direct = _is_loopback(self._url)
        self._headers = {"Accept-Language": language}
        self._refresh_token = ""
        self._http = httpx2.Client(timeout=TIMEOUT_SECONDS, trust_env=not self._direct)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def register(self, username: str, email: str, password: str) -> None:
        """Make an account. Raises ApiError."""
        account = {"username": username, "email": email, "password": password}
        self._call("POST", "/auth/register", account)

    def login(self, username: str, password: str) -> None:
        """Log in for all further calls. Raises ApiError, code `invalid_credentials`."""
        who = {"username_or_email": username, "password": password}
        self._use(self._call("POST", "/auth/login", who))

    def refresh(self) -> None:
        """Get new tokens. Raises ApiError, code `invalid_token` where the login ended."""
        self._use(self._call("POST", "/auth/refresh", {"refresh_token": self._refresh_token}))

    def _use(self, tokens: dict[str, Any]) -> None:
        self._headers["Authorization"] = f"Bearer {tokens['access_token']}"
        self._refresh_token = str(tokens["refresh_token"])

    def create_conversation(self, title: str | None = None) -> int:
        """The id of a new conversation. Raises ApiError."""
        return int(self._call("POST", "/conversations", {"title": title})["id"])

    def conversations(self, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
        """Some of the user's conversations, most recently used first, and how many there are."""
        page = self._call("GET", f"/conversations?limit={limit}&offset={offset}")
        return page["conversations"], page["total"]

    def last_messages(self, conversation_id: int, limit: int) -> list[dict[str, Any]]:
        """The newest messages of a conversation, oldest first. Raises ApiError."""
        page = self._call("GET", f"/conversations/{conversation_id}/messages?limit={limit}")
        messages: list[dict[str, Any]] = page["messages"]
        return messages

    def model(self) -> tuple[str | None, str | None]:
        """The model that answers, and its URL where it is the user's own. Raises ApiError."""
        try:
            config = self._call("GET", "/auth/config")
        except ApiError as error:
            if error.code != "config_not_found":
                raise
            return self._call("GET", "/auth/me")["default_model"], None
        return config["model_name"], config["model_url"]

    def offered_models(self) -> list[str]:
        """The models that the user's own server offers, none where it does not say."""
        models: list[str] = self._call("POST", "/auth/config/models", {})["models"]
        return models

    def use_model(self, url: str, name: str) -> None:
        """Have another model of the same server answer. Raises ApiError."""
        self._call("PUT", "/auth/config", {"model_url": url, "model_name": name})

    def conversation_title(self, conversation_id: int) -> str:
        """The title of a conversation. Raises ApiError, code `conversation_not_found`."""
        return str(self._call("GET", f"/conversations/{conversation_id}")["title"])

    def open_socket(self, conversation_id: int, cursor: str | None) -> ClientConnection:
        """A socket of the conversation that goes on after `cursor`.

        Raises OSError, TimeoutError or WebSocketException.
        """
        scheme, host, path, _, _ = urlsplit(self._url)
        query = urlencode({"last_event_id": cursor} if cursor else {})
        path = f"{path}/ws/conversations/{conversation_id}"
        address = urlunsplit(("wss" if scheme == "https" else "ws", host, path, query, ""))
        return connect(
            address,
            additional_headers=self._headers,
            max_size=FRAME_MAX_BYTES,
            proxy=None if self._direct else True,
        )

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            answer = self._http.request(method, self._url + path, json=body, headers=self._headers)
            said = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise ApiError(words().unreachable.format(url=self._url)) from None
        except ValueError:
            raise ApiError(words().no_server.format(url=self._url)) from None
        if answer.is_success:
            return said
        raise ApiError(str(said.get("detail")), str(said.get("code")))


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False  # no URL at all, which the first call will tell
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
