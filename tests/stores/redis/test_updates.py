"""Updates in Redis outlive the gateway that encoded them, and are read by others."""

from dataclasses import replace

import orjson

from stores.domain.updates import coalesce, update_of
from stores.redis.updates import decode_update, encode_update
from tests.stores.samples import TRACEPARENT, commit

PARTS = 8
"""Of an update before there were traces: gateways of that time read no more."""


def test_an_update_of_an_operation_that_is_not_sampled_is_as_before_there_were_traces() -> None:
    encoded = encode_update(commit(1))
    assert len(orjson.loads(encoded)) == PARTS
    assert decode_update(encoded, "c") == update_of(commit(1), "c")


def test_an_update_of_a_sampled_operation_has_its_traceparent() -> None:
    sent = replace(commit(1), traceparent=TRACEPARENT)
    assert decode_update(encode_update(sent), "c") == update_of(sent, "c")


def test_coalesced_updates_keep_the_last_traceparent() -> None:
    traced, other, plain = (
        update_of(replace(commit(number), traceparent=given), "c")
        for number, given in ((1, TRACEPARENT), (2, TRACEPARENT[::-1]), (3, None))
    )
    assert coalesce(traced, plain).traceparent == TRACEPARENT
    assert coalesce(traced, other).traceparent == TRACEPARENT[::-1]
