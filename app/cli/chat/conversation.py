"""Somebody at the terminal: messages and commands, one conversation after another."""

from collections.abc import Callable
from datetime import datetime

from app.cli.chat.api import ApiError, ChatApi
from app.cli.chat.commands import Command, read_line
from app.cli.chat.models import Models
from app.cli.chat.session import ChatSession
from app.cli.chat.stream import Shown
from app.cli.chat.terminal import Terminal, follow
from app.cli.chat.words import words

LISTED = 15
REPLAYED = 2
WHEN = "%Y-%m-%d %H:%M"


class OpenConversation:
    """The conversation that is open, and what its user has done with it.

    `say` prints a plain line; `number` is the conversation's id.
    """

    def __init__(
        self, api: ChatApi, number: int, terminal: Terminal, say: Callable[[str], None]
    ) -> None:
        self._api = api
        self._terminal = terminal
        self._say = say
        self._open(number)

    def send(self, content: str) -> None:
        """Send a message and follow its reply to the end."""
        follow(self.session, {"type": "message", "content": content})

    def replay(self) -> None:
        """Show the end of the conversation as it was left. Raises ApiError."""
        messages = self._api.last_messages(self.number, REPLAYED)
        for message in messages:
            if message["status"] != "generating":
                self._terminal.replay(message)
        users = [(m["id"], m["content"]) for m in messages if m["sender"] == "user"]
        replies = [message["id"] for message in messages if message["sender"] == "ai"]
        self.session.know(users[-1] if users else None, replies[-1] if replies else None)

    def converse(self) -> None:
        """Read messages and commands until the input ends."""
        self._terminal.note(words().greeting)
        while self.session.failure is None:
            try:
                line = self._terminal.read_line()
            except EOFError:
                return
            except KeyboardInterrupt:
                self._say("")
                continue
            said = read_line(line)
            if isinstance(said, str):
                if said.strip():
                    self.send(said)
            elif said.name == "quit":
                return
            else:
                self._obey(said)

    def send_lines(self) -> None:
        """Send every line of the input as a message, whatever it begins with."""
        while self.session.failure is None:
            try:
                content = self._terminal.read_line()
            except (EOFError, KeyboardInterrupt):
                return
            if content.strip():
                self.send(content)

    def close(self) -> None:
        """Disconnect. A running reply goes on at the server."""
        self.session.close()

    def _open(self, number: int) -> None:
        api = self._api
        self.number = number
        self.session = ChatSession(
            lambda cursor: api.open_socket(number, cursor), api.refresh, self._show
        )
        self.session.start()

    def _show(self, shown: Shown) -> None:
        self._terminal.show(shown)

    def _obey(self, command: Command) -> None:
        try:
            match command.name:
                case "help":
                    self._say(words().help)
                case "list":
                    self._list(command.rest)
                case "open":
                    self._switch(command.rest)
                case "new":
                    self._leave_for(self._api.create_conversation(command.rest or None))
                    self._say(words().fresh)
                case "model":
                    models = Models(self._api, self._say, self._terminal.clean)
                    if command.rest:
                        models.choose(self.number, command.rest)
                    else:
                        models.tell(self.number)
                case "regenerate":
                    self._regenerate()
                case "edit":
                    self._edit(command.rest)
                case _:
                    self._say(words().unknown.format(name=command.typed))
        except ApiError as error:
            self._say(str(error))

    def _list(self, rest: str) -> None:
        offset = int(rest) if rest.isdecimal() else 0
        items, total = self._api.conversations(LISTED, offset)
        if not items:
            self._say(words().no_conversations)
        for item in items:
            mark = "*" if item["id"] == self.number else " "
            when = datetime.fromisoformat(item["updated_at"]).astimezone().strftime(WHEN)
            title = self._terminal.clean(item["title"])
            self._say(f"{mark}{item['id']:>6}  {when}  {title}")
        left = total - offset - len(items)
        if items and left > 0:
            self._say(words().more.format(count=left, next=offset + len(items)))

    def _switch(self, rest: str) -> None:
        if not (rest.isdecimal() and int(rest)):
            self._say(words().which)
            return
        number = int(rest)
        title = str(self._api.conversation(number)["title"])
        self._leave_for(number)
        self._say(words().now.format(id=number, title=self._terminal.clean(title)))
        self.replay()

    def _leave_for(self, number: int) -> None:
        self.session.close()
        self._open(number)

    def _regenerate(self) -> None:
        reply = self.session.last_reply_id
        if reply is None:
            self._say(words().nothing_to_regenerate)
            return
        follow(self.session, {"type": "regenerate", "message_id": reply})

    def _edit(self, text: str) -> None:
        last = self.session.last_message
        if last is None:
            self._say(words().nothing_to_edit)
            return
        id, said = last
        try:
            text = text or self._terminal.read_line(already=said)
        except (EOFError, KeyboardInterrupt):
            self._say("")
            return
        if text.strip():
            follow(self.session, {"type": "edit", "message_id": id, "content": text})
