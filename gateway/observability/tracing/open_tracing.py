"""Sends spans to a collector by OTLP over HTTP. The only module that imports the SDK, which is an extra.

The provider is handed over and never the global one. The SDK reads the variables of its own (OTEL_…), such as
OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec
from threading import Thread

from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.errors import CommandError

HAS_SDK = find_spec("opentelemetry.sdk") is not None and find_spec("opentelemetry.exporter") is not None
NAME = "quadrangle"
EXPORT_SECONDS = 2.0
"""For one request to the collector, repetitions included."""
CLOSING_SECONDS = 3.0
"""For the spans that wait when the process ends. Later ones are lost."""


@asynccontextmanager
async def open_tracing(endpoint: str | None, *, share: float, has_sdk: bool = HAS_SDK) -> AsyncIterator[Tracing | None]:
    """Tracing whose spans are sent to this endpoint; None without one. `share` as of `Tracing`. At the end, waiting
    spans are sent. Raises `CommandError` if the SDK is not installed."""
    if endpoint is None:
        yield None
        return
    if not has_sdk:
        raise CommandError("GATEWAY_TRACES_ENDPOINT: needs OpenTelemetry: pip install 'quadrangle[opentelemetry]'")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    exporter = OTLPSpanExporter(endpoint, timeout=EXPORT_SECONDS)
    resource = Resource.create({"service.name": NAME, "service.version": version(NAME)})
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield Tracing(tracer=provider.get_tracer(NAME, version(NAME)), share=share)
    finally:
        loop = asyncio.get_running_loop()
        closed = asyncio.Event()

        def close() -> None:
            provider.shutdown()
            loop.call_soon_threadsafe(closed.set)

        # A thread of its own: the loop would wait for one of its executor, however long a collector hangs.
        Thread(target=close, name="end of traces", daemon=True).start()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await closed.wait()
        except TimeoutError:
            exporter.shutdown()  # type: ignore[no-untyped-call]
