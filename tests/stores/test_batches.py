"""Rows are cut into batches without reading ahead."""

from itertools import count

from stores.batches import batched


def test_rows_are_cut_in_order_and_the_last_batch_is_shorter() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []


def test_an_endless_source_is_read_batch_by_batch() -> None:
    rows = count()
    assert next(batched(rows, 3)) == [0, 1, 2]
    assert next(rows) == 3
