"""`Restamper`: new times and ids for events."""

from datetime import UTC, datetime, timedelta

from gateway.simulation.restamper import Restamper
from tests.stores.samples import event


def test_ids_of_one_millisecond_keep_their_order() -> None:
    restamper, now = Restamper(lambda size: bytes(size)), datetime(2026, 1, 1, tzinfo=UTC)
    ids = [restamper.restamp(event(1), now).id for _ in range(500)]
    ids += [restamper.restamp(event(1), now + timedelta(milliseconds=1)).id]
    assert ids == sorted(set(ids))
