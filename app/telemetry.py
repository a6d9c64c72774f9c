"""Spans to an OpenTelemetry collector, by OTLP over HTTP.

The only importer of the OpenTelemetry SDK (the extra `otel`). The SDK itself reads the other
variables of its specification: OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER…
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode

from app import __version__
from app.errors import AppError
from app.tracing import SpanAttributes

SEND_SECONDS = 2
"""Timeout of one export, the last included: an unreachable collector must not delay a stop."""


class Telemetry:
    """A tracer of this process and its way out."""

    def __init__(self, endpoint: str) -> None:
        own = Resource({"service.name": "chat-backend", "service.version": __version__})
        self._provider = TracerProvider(
            resource=own.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("chat-backend", __version__)

    @contextmanager
    def open(self, name: str, kind: str) -> Iterator[SpanAttributes]:
        """A span; the attribute `name` renames it. Of an error only the code is recorded."""
        notes: SpanAttributes = {}
        with self._tracer.start_as_current_span(
            name,
            kind=SpanKind[kind.upper()],
            record_exception=False,  # its text may hold what a user wrote
            set_status_on_exception=False,
        ) as span:
            try:
                yield notes
            except Exception as error:
                _fail(span, error.code if isinstance(error, AppError) else type(error).__name__)
                raise
            finally:
                span.update_name(str(notes.pop("name", name)))
                span.set_attributes(notes)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _fail(span: Span, code: str) -> None:
    span.set_attribute("error.type", code)
    span.set_status(StatusCode.ERROR)
