"""Sends spans to a collector by OTLP over HTTP.

The provider is handed over and never the global one. The SDK reads the variables of its own (OTEL_…), such as
OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES.
"""

import asyncio
import logging
from importlib.metadata import version
from threading import Thread
from uuid import uuid4

from opentelemetry.exporter.otlp.proto.http import trace_exporter as exporter_module
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from gateway.observability.tracing.export_log import ExportFaults
from gateway.observability.tracing.finished_spans import FinishedSpans

NAME = "quadrangle"
EXPORTER_LOG = logging.getLogger(exporter_module.__name__)
EXPORT_SECONDS = 2.0
"""For one request to the collector, repetitions included."""
CLOSING_SECONDS = 3.0
"""For the spans that wait when the process ends. Later ones are lost."""


class Export:
    """Sends the spans of `tracer`, and those of `calls`, by a thread of the SDK. All are sampled: `Tracing` begins no
    others."""

    def __init__(self, endpoint: str) -> None:
        self._log_filter = ExportFaults()
        EXPORTER_LOG.addFilter(self._log_filter)
        self._exporter = OTLPSpanExporter(endpoint, timeout=EXPORT_SECONDS)
        resource = Resource.create(
            {"service.name": NAME, "service.version": version(NAME), "service.instance.id": str(uuid4())}
        )
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        processor = BatchSpanProcessor(self._exporter)
        self._provider.add_span_processor(processor)
        self.tracer = self._provider.get_tracer(NAME, version(NAME))
        self.calls = FinishedSpans(self._provider, processor, name=NAME, version=version(NAME))

    async def flush(self) -> None:
        """Send the spans that wait."""
        await asyncio.to_thread(self._provider.force_flush)

    async def close(self) -> None:
        """Send the spans that wait, within `CLOSING_SECONDS`."""
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self._provider.shutdown()
            loop.call_soon_threadsafe(closed.set)

        # A thread of its own: the loop would wait for one of its executor, however long a collector hangs.
        Thread(target=close, name="end of traces", daemon=True).start()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await closed.wait()
        except TimeoutError:
            self._exporter.shutdown()  # type: ignore[no-untyped-call]
        finally:
            EXPORTER_LOG.removeFilter(self._log_filter)
