"""An update as a line of text."""

from datetime import UTC

from gateway.watch_client.formatting import format_update
from tests.gateway.watch_client.fake_gateway import update


def test_an_update_is_one_line() -> None:
    assert (
        format_update(update(5), UTC) == "12:00:05  Asha Gurung  online  SQL   25%  5/20  score 0.50  joins COMPLETED"
    )
    changed = [{"itemKey": f"i{number}", "state": "VIEWED"} for number in range(8)]
    progress = {"completion": 1.0, "itemsDone": 20, "itemsTotal": 20, "score": None}
    coalesced = update(5, coalesced=3, changed=changed, progress=progress, enrollment=None)
    assert format_update(coalesced, UTC) == (
        "12:00:05  00000000-0000-0000-0000-000000000001  100%  20/20  no score  "
        "i0 VIEWED, i1 VIEWED, i2 VIEWED, i3 VIEWED, i4 VIEWED, i5 VIEWED, … 2 more  (+3 coalesced)"
    )
    enrollment = {"learner": {"displayName": "\x1b[2JEve", "presence": None}, "course": None}
    assert "\x1b" not in format_update(update(1, enrollment=enrollment), UTC)
