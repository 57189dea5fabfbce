"""Subscriptions and their transports in the metrics."""

from tests.gateway.http.bounds.raw_client import connected, post
from tests.gateway.http.metrics.measured_gateway import MeasuredGateway, measured_gateway
from tests.gateway.http.websocket.client import initialize, receive_message, send_message, subscribe

READS = "subscription { reads { number } }"
OPEN = ("subscriptions_open", "sockets_open", "event_streams_open")
EVENT_STREAM = {"Accept": "text/event-stream"}


async def open_now(gateway: MeasuredGateway) -> list[float]:
    """How many subscriptions, sockets and event streams are open."""
    scraped = await gateway.scrape()
    return [scraped.value(name) for name in OPEN]


async def test_open_subscriptions_and_their_deliveries_count() -> None:
    async with measured_gateway(schema=None) as gateway:
        sources = gateway.gateway.sources
        async with gateway.gateway.socket() as socket:
            await initialize(socket)
            await subscribe(socket, "1", READS)
            await receive_message(socket)
            assert await open_now(gateway) == [1, 1, 0]
            sources.next.set()
            await receive_message(socket)
            await subscribe(socket, "2", "{ hello }")
            await receive_message(socket)
            scraped = await gateway.scrape()
            assert scraped.value("deliveries_total") == 2
            ended = {"operation": "other", "role": "ADMIN", "outcome": "ok"}
            assert [
                scraped.value("operations_total", **ended, type=each) for each in ("subscription", "event", "query")
            ] == [1, 2, 1]
            await send_message(socket, "complete", id="1")
            await sources.all_ended(1)
            assert await open_now(gateway) == [0, 1, 0]
        assert await open_now(gateway) == [0, 0, 0]


async def test_an_event_stream_counts_while_it_is_open() -> None:
    async with measured_gateway(schema=None) as gateway:
        async with connected(gateway.gateway) as client:
            await client.send(post(b'{"query": "subscription { never { number } }"}', headers=EVENT_STREAM))
            await gateway.gateway.sources.have_begun(1)
            assert await open_now(gateway) == [1, 0, 1]
        await gateway.gateway.sources.all_ended(1)
        assert await open_now(gateway) == [0, 0, 0]


async def test_a_subscription_that_fails_is_closed_in_the_metrics() -> None:
    async with measured_gateway(schema=None) as gateway, gateway.gateway.socket() as socket:
        await initialize(socket)
        await subscribe(socket, "1", "subscription { fails { number } }")
        assert [(await receive_message(socket))["type"] for _ in range(2)] == ["next", "error"]
        await gateway.gateway.sources.all_ended(1)
        assert await open_now(gateway) == [0, 1, 0]
