"""A collector of traces that keeps nothing. It prints its URL."""

import asyncio

from aiohttp import web


async def answer(request: web.BaseRequest) -> web.StreamResponse:
    await request.read()
    return web.Response(content_type="application/x-protobuf")


async def serve() -> None:
    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
