"""The values that are kept are bounded in bytes, and those in use stay."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.data.shared_reads.kept_values import BoundPath, KeptValues
from resolvers.data.shared_reads.value_size import size_of, sizes_of
from stores.domain.catalog import ItemType
from tests.resolvers.data.shared_reads.controlled_reads import HeldStore
from tests.stores.samples import course, profile

BOUND = BoundPath(HeldStore().path(), ())
KIB = 1024


def kept_values(most_bytes: int) -> tuple[KeptValues, list[int]]:
    dropped: list[int] = []
    return KeptValues(most_bytes, dropped=dropped.append), dropped


def values_of(kept: KeptValues, keys: Sequence[str], oldest: float) -> dict[str, str]:
    return {key: entry.value for key, entry in kept.find(BOUND, keys, oldest=oldest).items()}


def test_values_that_are_found_outlive_those_that_are_not() -> None:
    kept, dropped = kept_values(100 * KIB)
    kept.put(BOUND, {"used": "u" * KIB}, began=0.0)
    for number in range(1_000):
        kept.put(BOUND, {number: "x" * KIB}, began=0.0)
        assert values_of(kept, ["used"], 0.0) == {"used": "u" * KIB}
    found = kept.find(BOUND, range(1_000), oldest=0.0)
    assert 35 <= len(found) <= 80
    assert 999 in found
    assert sum(dropped) + len(found) + 1 >= 1_000


def test_values_of_the_old_generation_are_found_dropped_and_too_old_like_others() -> None:
    kept, dropped = kept_values(10 * KIB)
    kept.put(BOUND, {"a": "A", "b": "B", "c": "C"}, began=5.0)
    kept.put(BOUND, dict.fromkeys(range(4), "x" * KIB), began=5.0)  # fills the young generation
    kept.drop("profiles", ["a"])
    assert values_of(kept, ["a", "b"], 5.1) == {}
    assert values_of(kept, ["a", "b"], 5.0) == {"b": "B"}
    kept.drop("catalog", ["b"])
    assert values_of(kept, ["b", "c"], 5.0) == {"b": "B", "c": "C"}
    assert dropped == [0]


def test_a_value_that_is_larger_than_half_of_the_bytes_is_not_kept() -> None:
    kept, _ = kept_values(10 * KIB)
    kept.put(BOUND, {"small": "x", "large": "x" * 6 * KIB}, began=0.0)
    assert values_of(kept, ["small", "large"], 0.0) == {"small": "x"}


def test_replacing_and_dropping_give_the_bytes_back() -> None:
    kept, dropped = kept_values(10 * KIB)
    for number in range(100):
        kept.put(BOUND, {"a": "x" * KIB}, began=float(number))
        kept.put(BOUND, {"b": "x" * KIB}, began=float(number))
        kept.drop("profiles", ["b"])
    assert values_of(kept, ["a", "b"], 99.0) == {"a": "x" * KIB}
    assert dropped == []


def test_many_arguments_are_bounded_too() -> None:
    kept, dropped = kept_values(100 * KIB)
    for number in range(1_000):
        kept.put(BoundPath(BOUND.path, number), {"a": 1}, began=0.0)
    assert sum(dropped) > 700


def test_the_size_of_a_record_counts_all_that_it_refers_to() -> None:
    plain = size_of(profile("u"))
    assert 500 < plain < 4_000
    grown = size_of(profile("u", attributes={"notes": ["x" * 10_000, {"deep": "y" * 10_000}]}))
    assert plain + 20_000 < grown < plain + 25_000
    one, many = size_of(course("c", items=1)), size_of(course("c", items=101))
    assert 100 * 200 < many - one < 100 * 2_000
    assert size_of({"type": ItemType.QUIZ}) < size_of({"type": {}})


def test_the_sizes_of_many_values_and_parts_are_estimated_by_a_sample() -> None:
    parts = ["x" * KIB] * 1_000
    assert 1_000 * KIB < size_of(parts) < 1_200 * KIB
    assert 1_000 * KIB < size_of(dict.fromkeys(range(1000), "x" * KIB)) < 1_300 * KIB
    assert sizes_of(parts) == [size_of("x" * KIB)] * 1_000
    assert sizes_of(["x", "x" * KIB]) == [size_of("x"), size_of("x" * KIB)]


def test_the_size_of_an_object_without_slots_counts_its_attributes() -> None:
    @dataclass
    class Open:
        text: str

    assert size_of(Open("x" * 1_000)) > 1_000 + sys.getsizeof(Open(""))
