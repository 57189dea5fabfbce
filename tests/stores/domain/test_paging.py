"""Cursors are opaque to clients, name their list and order, and are checked when they come back."""

import base64
import json
from uuid import UUID

import pytest

from stores.domain.paging import CursorFormat, decode, encode
from stores.errors import Rejected
from tests.stores.cursors import FORMATS, refused_by, sample

KEY = UUID("7d1c3a52-0b6e-5c1e-9d52-000000000001")


def test_parts_come_back_as_text() -> None:
    assert decode("progress", encode(0, str(KEY)), int, UUID) == ["0", str(KEY)]
    assert decode("progress", encode(-5, "é"), int | None, str) == ["-5", "é"]
    assert decode("progress", encode(None), int | None) == [""]


def test_a_cursor_is_a_compact_list_of_json() -> None:
    parts = ("events-places", 1_781_603_460_123, None, 1e-7, -1.5, 'é"\\\n')
    text = json.dumps(parts, separators=(",", ":"))
    assert encode(*parts) == base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("kind", [int, str, UUID])
def test_null_is_malformed_where_it_may_not_be(kind: type) -> None:
    with pytest.raises(Rejected, match="progress: malformed cursor"):
        decode("progress", encode(None), kind)


@pytest.mark.parametrize("part", ["1", 10**15, -(10**15), True, 1.5, [], {}])
def test_a_moment_is_a_whole_number_of_the_calendars(part: object) -> None:
    for kind in (int, int | None):
        with pytest.raises(Rejected):
            decode("progress", encode(part), kind)  # type: ignore[arg-type]


def test_every_list_has_a_tag_of_its_own() -> None:
    assert len({each.tag for each in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("cursors", FORMATS, ids=lambda cursors: cursors.tag)
def test_a_list_takes_its_own_cursors_and_refuses_all_others(cursors: CursorFormat) -> None:
    parts = [sample(kind) for kind in cursors.kinds]
    assert cursors.decode(cursors.encode(*parts)) == [str(part) for part in parts]
    for cursor in refused_by(cursors):
        with pytest.raises(Rejected, match=f"{cursors.store}: malformed cursor"):
            cursors.decode(cursor)
