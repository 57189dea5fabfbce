"""A small collector of traces: OTLP over HTTP on a free port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans


@dataclass(slots=True)
class Collector:
    """`received`: what it was sent, in order. It waits before each answer until `open` is set."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    received: list[ResourceSpans] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.paths.append(request.path)
        message = ExportTraceServiceRequest.FromString(await request.read())
        self.received.extend(message.resource_spans)
        self.asked.set()
        await self.open.wait()
        return web.Response(content_type="application/x-protobuf")


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    collector.open.set()
    runner = web.ServerRunner(web.Server(collector.answer), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield collector
    finally:
        collector.open.set()
        await runner.cleanup()
