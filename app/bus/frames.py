"""Messages one behind the other in a stream of bytes: four bytes say how long the rest is, one how
long the topic, then come both."""

from collections.abc import Iterator

HEAD = 4
TOPIC_BYTES = 255


class BrokenStream(Exception):
    """What came are no frames, or larger ones than anybody sends."""


def frame(topic: str, body: bytes) -> bytes:
    """One message as it is sent."""
    name = topic.encode()
    return b"".join(
        (
            (1 + len(name) + len(body)).to_bytes(HEAD),
            len(name).to_bytes(1),
            name,
            body,
        )
    )


class Frames:
    """Finds the messages in what comes."""

    def __init__(self, limit: int) -> None:
        """`limit`: bytes of the largest body that is taken."""
        self._limit = limit + 1 + TOPIC_BYTES
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Topics and bodies of the messages that are whole by now; raises BrokenStream."""
        data = self._rest + data if self._rest else data
        self._rest = b""
        start = 0
        while len(data) - start >= HEAD:
            length = int.from_bytes(data[start : start + HEAD])
            if not 1 <= length <= self._limit:
                raise BrokenStream
            end = start + HEAD + length
            if end > len(data):
                break
            begin = start + HEAD + 1
            middle = begin + data[begin - 1]
            if middle > end:
                raise BrokenStream
            try:
                topic = data[begin:middle].decode()
            except UnicodeDecodeError as error:
                raise BrokenStream from error
            start = end
            yield topic, data[middle:end]
        self._rest = data[start:]
