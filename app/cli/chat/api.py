"""The public HTTP API and its socket, as far as the terminal needs them."""

import ipaddress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2
from websockets.sync.client import ClientConnection, connect

from app.cli.chat.words import words

TIMEOUT_SECONDS = 30
CODE_DIGITS = 6
FRAME_MAX_BYTES = 2 * 1024 * 1024


class ApiError(Exception):
    """A refusal in the server's own words, or why there was no answer; `code` as in the API, and
    `ticket` what the second step of a login wants."""

    def __init__(self, text: str, code: str = "unreachable", ticket: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.ticket = ticket


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
        """Log in for all further calls. Raises ApiError, code `invalid_credentials`, or
        `second_factor_required` with a ticket."""
        who = {"username_or_email": username, "password": password}
        self._use(self._call("POST", "/auth/login", who))

    def login_second(self, ticket: str, given: str) -> None:
        """Log in with a code of an authenticator app, or a recovery code, which is longer. Raises
        ApiError, code `wrong_code`."""
        plain = "".join(given.split())
        name = "code" if len(plain) <= CODE_DIGITS else "recovery_code"
        self._use(self._call("POST", "/auth/login/second", {"ticket": ticket, name: plain}))

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

    def models(self) -> list[dict[str, Any]]:
        """All models that the user may use. Raises ApiError."""
        models: list[dict[str, Any]] = self._call("GET", "/models")["models"]
        return models

    def connections(self) -> list[dict[str, Any]]:
        """The user's own connections that are in use. Raises ApiError."""
        found = self._call("GET", "/connections")["connections"]
        return [connection for connection in found if connection["enabled"]]

    def list_anew(self, connection_id: int) -> str | None:
        """Have a connection's server say which models it has; what went wrong. Raises ApiError."""
        error = self._call("POST", f"/connections/{connection_id}/refresh")["error"]
        return str(error["message"]) if error else None

    def choose_model(self, conversation_id: int, model_id: int, begins: int | None) -> None:
        """Have a model answer in a conversation; new ones begin with `begins`, or with the
        operator's where that is None. Raises ApiError."""
        self._call("PATCH", f"/conversations/{conversation_id}", {"model_id": model_id})
        self._call("PATCH", "/auth/me", {"default_model_id": begins})

    def conversation(self, conversation_id: int) -> dict[str, Any]:
        """A conversation. Raises ApiError, code `conversation_not_found`."""
        found: dict[str, Any] = self._call("GET", f"/conversations/{conversation_id}")
        return found

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
        ticket = str(said.get("second_factor", ""))
        raise ApiError(str(said.get("detail")), str(said.get("code")), ticket)


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False  # no URL at all, which the first call will tell
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
