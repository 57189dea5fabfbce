"""Last good values: what is kept of each read, and what a read is served when its store fails."""

from datetime import timedelta
from typing import Any

import pytest

from resolvers.data.dataloaders import Loaders, StorePath
from resolvers.data.shared_reads import last_good as module
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.sharing import Retention, Sharing
from resolvers.data.shared_reads.stale_reads import StaleReads
from stores.domain.paging import Page
from stores.errors import CircuitOpen, Rejected, StaleRefused, StoreError, TimedOut, Unavailable
from tests.resolvers.data.shared_reads.controlled_reads import (
    PLENTY,
    HeldStore,
    Seconds,
    loaders_over,
    shared_reads,
    turns,
)

DOWN = Unavailable("profiles", "cannot be reached")


class FailingPath:
    """A path whose store fails while `error` is set. `calls`: the keys of each call."""

    def __init__(self, shared: Sharing | None = None) -> None:
        self.values = {"a": "A", "b": "B"}
        self.error: StoreError | None = None
        self.calls: list[list[str]] = []
        self.path: StorePath[str, Any, str] = StorePath(
            "profiles", "by_ids", self._read, shared=shared, last_good=Retention()
        )

    async def _read(self, stores: Any, keys: Any, args: Any) -> dict[str, str]:
        self.calls.append(list(keys))
        if self.error is not None:
            raise self.error
        return {key: self.values[key] for key in keys if key in self.values}


class Process:
    """The last good values of a process, with a clock that the test moves."""

    def __init__(self) -> None:
        self.clock = Seconds()
        self.last_good = LastGood(most_bytes=PLENTY, longest=timedelta(minutes=10), clock=self.clock)

    def query(self, *, max_age: timedelta | None = None, shared: Any = None) -> Loaders:
        loaders = self.other(shared=shared, max_age=max_age)
        assert loaders.stale is not None
        loaders.stale.serves = True
        return loaders

    def other(self, *, shared: Any = None, max_age: timedelta | None = None) -> Loaders:
        """The loaders of a mutation or an event."""
        loaders = loaders_over(shared)
        loaders.stale = StaleReads(self.last_good, max_age=max_age)
        return loaders


@pytest.mark.parametrize("error", [DOWN, TimedOut("profiles", "slow"), CircuitOpen("profiles", retry_after_ms=5)])
@pytest.mark.parametrize("shared", [None, Sharing.ANNOUNCED])
async def test_a_query_is_served_the_last_good_value_while_its_store_fails(
    error: StoreError, shared: Sharing | None
) -> None:
    process, failing = Process(), FailingPath(shared)
    reads = None if shared is None else shared_reads(process.clock, last_good=process.last_good)
    assert await process.query(shared=reads).load(failing.path, "a", ()) == "A"
    failing.error = error
    process.clock.now += 599
    loaders = process.query(shared=reads)
    assert await loaders.load(failing.path, "a", ()) == "A"
    assert loaders.stale is not None
    assert loaders.stale.ages == {"profiles": 599.0}
    assert loaders.served_stale
    assert process.last_good.served == {"profiles": 1}
    process.clock.now += 2
    with pytest.raises(type(error)):
        await process.query(shared=reads).load(failing.path, "a", ())


async def test_keys_without_a_last_good_value_keep_the_error() -> None:
    process, failing = Process(), FailingPath()
    await process.query().load(failing.path, "a", ())
    failing.error = DOWN
    found, failures = await process.query().read(failing.path, ["a", "b"], ())
    assert (found, failures) == ({"a": "A"}, {"b": DOWN})


async def test_a_mutation_and_an_event_are_served_nothing_and_refresh_what_is_kept() -> None:
    process, failing = Process(), FailingPath()
    await process.query().load(failing.path, "a", ())
    failing.values["a"] = "written"
    process.clock.now += 1
    await process.other().load(failing.path, "a", ())
    failing.error = DOWN
    with pytest.raises(Unavailable):
        await process.other().load(failing.path, "a", ())
    assert await process.query().load(failing.path, "a", ()) == "written"


async def test_other_errors_are_errors() -> None:
    """A store that answers, and refuses, has not failed."""
    process, failing = Process(), FailingPath()
    await process.query().load(failing.path, "a", ())
    failing.error = Rejected("profiles", "malformed")
    with pytest.raises(Rejected):
        await process.query().load(failing.path, "a", ())


async def test_an_older_value_than_the_client_accepts_is_refused() -> None:
    process, failing = Process(), FailingPath()
    await process.query().load(failing.path, "a", ())
    process.clock.now += 5
    await process.query().load(failing.path, "b", ())
    failing.error = DOWN
    loaders = process.query(max_age=timedelta(seconds=4))
    found, failures = await loaders.read(failing.path, ["a", "b", "c"], ())
    assert found == {"b": "B"}
    refused = failures["a"]
    assert isinstance(refused, StaleRefused)
    assert (refused.code, refused.store, refused.age_ms) == ("STALE_REFUSED", "profiles", 5000)
    assert failures["c"] is DOWN


async def test_an_operation_waits_once_for_a_store_that_fails() -> None:
    """The levels of a query would wait for the store's deadline one after the other."""
    process, failing = Process(), FailingPath()
    await process.query().read(failing.path, ["a", "b"], ())
    failing.error = TimedOut("profiles", "slow")
    loaders = process.query()
    failing.calls.clear()
    for key in ("a", "b"):
        assert await loaders.read(failing.path, [key], ()) == ({key: failing.values[key]}, {})
    assert failing.calls == [["a"]]
    await loaders.read(failing.path, ["unknown"], ())
    assert failing.calls == [["a"], ["unknown"]]


async def test_a_key_that_was_written_is_not_served() -> None:
    process, failing = Process(), FailingPath(Sharing.ANNOUNCED)
    shared = shared_reads(process.clock, last_good=process.last_good)
    await process.query(shared=shared).read(failing.path, ["a", "b"], ())
    process.clock.now += 1
    shared.invalidate("profiles", ["a"])
    failing.error = DOWN
    found, failures = await process.query(shared=shared).read(failing.path, ["a", "b"], ())
    assert (found, list(failures)) == ({"b": "B"}, ["a"])


async def test_announcements_that_may_be_lost_end_no_last_good_value() -> None:
    process, failing = Process(), FailingPath(Sharing.ANNOUNCED)
    shared = shared_reads(process.clock, last_good=process.last_good)
    await process.query(shared=shared).load(failing.path, "a", ())
    shared.invalidate_all()
    failing.error = DOWN
    assert await process.query(shared=shared).load(failing.path, "a", ()) == "A"


@pytest.mark.parametrize("forgotten", [False, True])
async def test_a_read_that_began_before_a_write_does_not_bring_the_old_value_back(forgotten: bool) -> None:
    process, store = Process(), HeldStore(held=True)
    path: StorePath[str, Any, str] = StorePath("profiles", "by_ids", store.read, last_good=Retention())
    reading = process.other().load_many(path, ["a"], ())
    await turns()
    process.clock.now += 1
    process.last_good.drop("profiles", ["a"])
    if forgotten:  # more writes than are remembered one by one
        process.last_good.drop("profiles", [str(number) for number in range(module.MOST_WRITTEN + 1)])
    store.calls[0].answer.set_result({"a": "before"})
    assert await reading == {"a": "before"}
    assert process.last_good.find(path, (), ["a"]) == {}
    process.clock.now += 1
    later = process.other().load_many(path, ["a"], ())
    await turns()
    store.calls[1].answer.set_result({"a": "after"})
    await later
    assert process.last_good.find(path, (), ["a"])["a"].value == "after"


async def test_a_slow_read_does_not_replace_a_later_one() -> None:
    process, store = Process(), HeldStore(held=True)
    path: StorePath[str, Any, str] = StorePath("progress", "by_ids", store.read, last_good=Retention())
    process.last_good.keep(path, (), ["a"], {"a": "later"}, began=process.clock() + 1)
    process.last_good.keep(path, (), ["a"], {"a": "earlier"}, began=process.clock())
    assert process.last_good.find(path, (), ["a"])["a"].value == "later"


async def test_the_values_of_some_arguments_are_kept() -> None:
    process, failing = Process(), FailingPath()
    path: StorePath[str, Any, str] = StorePath(
        "profiles", "page", failing.path.read, last_good=Retention(lambda args: args[0] if args[1] is None else None)
    )
    for after in (None, "cursor"):
        await process.query().load(path, "a", ("ten", after))
    failing.error = DOWN
    assert await process.query().load(path, "a", ("ten", None)) == "A"
    for args in (("ten", "cursor"), ("twenty", None)):
        with pytest.raises(Unavailable):
            await process.query().load(path, "a", args)


async def test_a_key_without_a_value_is_kept_where_that_means_empty() -> None:
    process, failing = Process(), FailingPath()
    empty: StorePath[str, Any, str] = StorePath("profiles", "rows", failing.path.read, last_good=Retention(absent=True))
    for path in (failing.path, empty):
        assert await process.query().load_many(path, ["a", "none"], ()) == {"a": "A"}
    failing.error = DOWN
    loaders = process.query()
    assert await loaders.load_many(empty, ["a", "none"], ()) == {"a": "A"}
    with pytest.raises(Unavailable):
        await loaders.load(failing.path, "none", ())
    assert await loaders.load(failing.path, "a", ()) == "A"


async def test_the_values_are_bounded_in_bytes() -> None:
    last_good = LastGood(most_bytes=100_000, longest=timedelta(minutes=10))
    path = FailingPath().path
    for number in range(1_000):
        last_good.keep(path, (), [str(number)], {str(number): "x" * 1_000}, began=last_good.clock())
    found = last_good.find(path, (), [str(number) for number in range(1_000)])
    assert 30 < len(found) <= 100
    assert "999" in found


async def test_a_list_that_was_read_before_a_write_is_not_kept() -> None:
    process, store = Process(), HeldStore(held=True)
    path: StorePath[str, Any, str] = StorePath("profiles", "page", store.read, last_good=Retention(lists=True))
    reading = process.other().load_many(path, ["all"], ())
    await turns()
    process.last_good.drop("profiles", ["a"])
    store.calls[0].answer.set_result({"all": "a, b"})
    await reading
    assert process.last_good.find(path, (), ["all"]) == {}
    process.clock.now += 1
    process.last_good.keep(path, (), ["all"], {"all": "a"}, began=process.clock())
    process.last_good.drop("catalog", ["a"])
    assert list(process.last_good.find(path, (), ["all"])) == ["all"]


@pytest.mark.parametrize("shared", [None, Sharing.ANNOUNCED])
async def test_a_value_whose_key_was_not_found_later_is_not_served(shared: Sharing | None) -> None:
    """Another application deleted it, and announced nothing."""
    process, failing = Process(), FailingPath(shared)
    reads = None if shared is None else shared_reads(process.clock, last_good=process.last_good)
    await process.query(shared=reads).read(failing.path, ["a", "b"], ())
    del failing.values["a"]
    process.clock.now += 61  # no shared value is so old
    assert await process.query(shared=reads).read(failing.path, ["a", "b"], ()) == ({"b": "B"}, {})
    failing.error = DOWN
    found, failures = await process.query(shared=reads).read(failing.path, ["a", "b"], ())
    assert (found, failures) == ({"b": "B"}, {"a": DOWN})


def test_a_read_that_found_nothing_does_not_end_a_later_value() -> None:
    process, path = Process(), FailingPath().path
    process.last_good.keep(path, (), ["a"], {"a": "later"}, began=process.clock() + 1)
    process.last_good.keep(path, (), ["a"], {}, began=process.clock())
    assert list(process.last_good.find(path, (), ["a"])) == ["a"]


def test_large_pages_count_in_full_after_small_ones() -> None:
    """Otherwise a client could fill the memory: it sends the batches that are measured with small pages."""
    last_good, path = LastGood(most_bytes=1_000_000, longest=timedelta(minutes=10)), FailingPath().path
    names = [str(number) for number in range(800)]
    for number, name in enumerate(names):
        rows = tuple(f"{name} {row}" + "x" * 100 for row in range(100 if number % module.MEASURED else 1))
        page = Page(rows, cursor_of=str, has_next=False)
        last_good.keep(path, (), [name], {name: page}, began=last_good.clock())
    kept = [entry.value.rows for entry in last_good.find(path, (), names).values()]
    assert 0 < sum(len(row) for rows in kept for row in rows) < 1_000_000
