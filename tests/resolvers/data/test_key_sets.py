"""Sets of keys: which keys are read together, and what each set receives."""

from collections.abc import Mapping
from typing import Any

from resolvers.data.key_sets import KeyBatch, KeySets


class Begun:
    """The batches that were begun, in order."""

    def __init__(self) -> None:
        self.batches: list[KeyBatch[str, str]] = []
        self.sets: KeySets[str, str] = KeySets(lambda sets, batch: self.batches.append(batch))
        self.arrivals: list[tuple[dict[str, Any], dict[str, Exception]]] = []

    def request(self, *keys: str) -> None:
        self.sets.request(keys, self.arrived)

    def arrived(self, known: Mapping[str, str | None], failures: Mapping[str, Exception]) -> None:
        self.arrivals.append((dict(known), dict(failures)))


def test_sets_that_are_requested_before_a_batch_is_closed_share_it() -> None:
    begun = Begun()
    begun.request("a", "b")
    begun.request("b", "c")
    [batch] = begun.batches
    assert begun.sets.close(batch) == ["a", "b", "c"]
    begun.sets.finish(batch, {"a": "A", "c": "C"}, {})
    assert begun.arrivals == [({"a": "A", "b": None, "c": "C"}, {})] * 2


def test_a_set_waits_for_every_batch_that_has_one_of_its_keys() -> None:
    begun = Begun()
    begun.request("a")
    first = begun.batches[0]
    begun.sets.close(first)
    begun.request("a", "b")
    second = begun.batches[1]
    assert begun.sets.close(second) == ["b"]
    begun.sets.finish(second, {"b": "B"}, {})
    assert begun.arrivals == []
    begun.sets.finish(first, {"a": "A"}, {})
    assert begun.arrivals == [({"a": "A", "b": "B"}, {})] * 2


def test_known_keys_arrive_at_once_and_are_not_read_again() -> None:
    begun = Begun()
    begun.request("a")
    begun.sets.finish(begun.batches[0], {}, {})
    begun.request("a")
    assert len(begun.batches) == 1
    assert begun.arrivals == [({"a": None}, {})] * 2


def test_a_key_that_failed_is_not_read_again() -> None:
    begun, error = Begun(), ValueError("no answer")
    begun.request("a", "b")
    begun.sets.close(begun.batches[0])
    begun.sets.finish(begun.batches[0], {"b": "B"}, {"a": error})
    assert begun.arrivals == [({"b": "B"}, {"a": error})]
    begun.request("a")
    begun.request("b")
    assert begun.arrivals[1:] == [({"b": "B"}, {"a": error}), ({"b": "B"}, {})]
    begun.request("a", "c")
    begun.sets.finish(begun.batches[1], {"c": "C"}, {})
    assert begun.arrivals[3:] == [({"b": "B", "c": "C"}, {"a": error})]
    assert [list(batch.keys) for batch in begun.batches] == [["a", "b"], ["c"]]
