"""The bounds of what a process keeps of the events of its groups."""

import asyncio

from resolvers.execution.event_groups.execution import EventExecution
from resolvers.execution.event_groups.recent_results import RecentResults


def ended(number: int, event: object, size: int = 1) -> EventExecution[str]:
    execution = EventExecution[str](number, event)
    execution.end("result", size)
    return execution


async def test_the_oldest_executions_are_dropped() -> None:
    recent, events = RecentResults(most=2), [object() for _ in range(3)]
    for number, event in enumerate(events, 1):
        recent.add("group", ended(number, event))
    assert [recent.find("group", event, since=0) is not None for event in events] == [False, True, True]


async def test_the_bytes_of_all_results_are_bounded() -> None:
    recent, events = RecentResults(most_bytes=100), [object() for _ in range(3)]
    for number, (event, size) in enumerate(zip(events, (60, 40, 50), strict=True), 1):
        execution = EventExecution[str](number, event)
        recent.add("group", execution)
        execution.end("result", size)
        recent.count("group", execution)
    assert [recent.find("group", event, since=0) is not None for event in events] == [False, True, True]
    huge = ended(4, object(), 101)
    recent.add("group", huge)
    recent.count("group", huge)
    recent.count("group", huge)  # it is not kept, so it is not counted
    assert len(recent) == 0


async def test_a_later_execution_replaces_an_earlier_one_of_the_same_event() -> None:
    recent, event = RecentResults(), object()
    for number in (1, 2):
        recent.add("group", ended(number, event))
    found = recent.find("group", event, since=1)
    assert (found is not None and found.number, recent.find("group", event, since=2), len(recent)) == (2, None, 1)


async def test_groups_and_equal_events_do_not_share() -> None:
    recent = RecentResults()
    event, equal = tuple("ab"), tuple("ab")
    recent.add("group", ended(1, event))
    assert recent.find("other", event, since=0) is None
    assert recent.find("group", equal, since=0) is None
    recent.forget("other")
    assert len(recent) == 1
    recent.forget("group")
    assert len(recent) == 0


async def test_an_old_result_is_not_shared() -> None:
    recent, event = RecentResults(seconds=-1), object()
    recent.add("group", ended(1, event))
    assert recent.find("group", event, since=0) is None


async def test_an_execution_that_was_cancelled_is_not_shared() -> None:
    recent, event = RecentResults(), object()
    execution = EventExecution[str](1, event)

    async def work() -> None:
        await asyncio.Event().wait()

    execution.start(work())
    recent.add("group", execution)
    assert recent.find("group", event, since=0) is execution
    waiter = asyncio.create_task(execution.wait())
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.wait([waiter])
    assert execution.is_abandoned
    assert recent.find("group", event, since=0) is None
