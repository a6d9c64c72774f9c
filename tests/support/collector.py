"""An OpenTelemetry collector as far as the tests need one: protobuf over HTTP, in the loop."""

import asyncio
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"


class Collector:
    """Takes spans at `url`."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.resource: dict[str, Any] = {}
        self.raw = b""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def named(self, name: str) -> Span:
        """The one span of this name."""
        (span,) = [span for span in self.spans if span.name == name]
        return span

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *headers = head.decode().strip().split("\r\n")
                fields = dict(line.lower().split(": ", 1) for line in headers)
                body = await reader.readexactly(int(fields["content-length"]))
                self.raw += body
                if first == "POST /v1/traces HTTP/1.1":
                    self._take(body)
                writer.write(ANSWER)
        except asyncio.IncompleteReadError:
            writer.close()

    def _take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resource = attributes(resource.resource)
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]


def attributes(of: Any) -> dict[str, Any]:
    """The attributes of a span or a resource."""
    return {
        pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in of.attributes
    }
