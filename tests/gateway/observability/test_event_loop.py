"""The lag of the event loop: how late a timer is."""

import asyncio

from prometheus_client import CollectorRegistry

from gateway.observability.metrics.event_loop import loop_lag, sampling_lag


async def test_a_timer_that_is_late_is_observed() -> None:
    registry, now, lags = CollectorRegistry(), [0.0], [0.0, 0.3, 0.02]
    over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if not lags:
            over.set()
            await asyncio.Event().wait()
        now[0] += seconds + lags.pop(0)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"quadrangle_event_loop_lag_seconds_{name}", labels)

    async with sampling_lag(loop_lag(registry), clock=lambda: now[0], sleep=sleep):
        await over.wait()
    assert value("count") == 3
    assert round(value("sum") or 0, 6) == 0.32
    assert (value("bucket", le="0.001"), value("bucket", le="0.025"), value("bucket", le="0.5")) == (1, 2, 3)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "lag of the event loop"]
