"""Opens the tracing of a process. The SDK is an extra, so it is imported only if traces are on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.errors import CommandError

HAS_SDK = find_spec("opentelemetry.sdk") is not None and find_spec("opentelemetry.exporter") is not None


@asynccontextmanager
async def open_tracing(endpoint: str | None, *, share: float, has_sdk: bool = HAS_SDK) -> AsyncIterator[Tracing | None]:
    """Tracing whose spans are sent to this endpoint; None without one. `share` as of `Tracing`. At the end, waiting
    spans are sent. Raises `CommandError` if the SDK is not installed."""
    if endpoint is None:
        yield None
        return
    if not has_sdk:
        raise CommandError("GATEWAY_TRACES_ENDPOINT: needs OpenTelemetry: pip install 'quadrangle[opentelemetry]'")
    from gateway.observability.tracing.export import Export

    export = Export(endpoint)
    try:
        yield Tracing(tracer=export.tracer, calls=export.calls, share=share)
    finally:
        await export.close()
