"""One event over WebSockets and event streams: the same payload, within each transport's frame."""

import asyncio
import json
from uuid import UUID

from tests.e2e.load import RECORD
from tests.gateway.app_client import SCHEMA
from tests.gateway.controlled_subscriptions import WITHIN
from tests.gateway.http.test_sse import streamed
from tests.gateway.http.websocket.client import initialize, receive_message, send_message, subscribe
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world

WATCH = (
    f'subscription {{ progressUpdated(course: "{world.ALGEBRA}") {{ version enrollment {{ learner {{ email }} }} }} }}'
)
EVENT = {
    "id": str(UUID(int=0x5000 << 64)),
    "registration": str(world.registration(world.ALGEBRA, 0)),
    "verb": "COMPLETED",
    "itemKey": "video",
    "at": "2026-03-30T12:00:00.000Z",
}
IDS = ["1", 'a "quoted" \\ id', "é\u2028\n"]


async def test_each_transport_frames_the_same_payload() -> None:
    async with serve_gateway(schema=SCHEMA) as gateway, gateway.socket() as one, gateway.socket() as other:
        for socket in (one, other):
            await initialize(socket)
            for id in IDS:
                await subscribe(socket, id, WATCH)
            await send_message(socket, "ping")
            assert await receive_message(socket) == {"type": "pong"}
        async with streamed(gateway, {"query": WATCH}) as stream, asyncio.timeout(WITHIN):
            await subscribe(one, "write", RECORD, variables={"events": [EVENT]})
            received = [await receive_message(one) for _ in range(5)]
            received += [await receive_message(other) for _ in range(3)]
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: next"
            payload = json.loads((await anext(lines)).removeprefix("data: "))
    assert payload["data"]["progressUpdated"]["enrollment"] == {"learner": {"email": "learner-ada@example.org"}}
    events = [message for message in received if message["id"] != "write"]
    assert all(message == {"type": "next", "id": message["id"], "payload": payload} for message in events)
    assert sorted(message["id"] for message in events) == sorted(IDS * 2)
