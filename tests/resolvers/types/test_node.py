"""Ids of objects that `Query.node` does not look up."""

from resolvers.types.node import opaque_id


def test_ids_of_different_objects_differ_whatever_their_keys_contain() -> None:
    pairs = [("ada/1", "x"), ("ada", "1/x"), ("ada%2F1", "x"), ("ada", "1%2Fx")]
    assert len({opaque_id("Session", *pair) for pair in pairs}) == len(pairs)
