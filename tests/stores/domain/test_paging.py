"""Cursors: opaque to whoever holds them, and checked when they come back."""

from uuid import UUID

import pytest

from stores.domain.paging import decode, encode
from stores.errors import Rejected

KEY = UUID("7d1c3a52-0b6e-5c1e-9d52-000000000001")


def test_parts_come_back_as_text() -> None:
    assert decode("progress", encode(0, str(KEY)), int, UUID) == ["0", str(KEY)]
    assert decode("progress", encode(-5, "é"), int | None, str) == ["-5", "é"]
    assert decode("progress", encode(None), int | None) == [""]


@pytest.mark.parametrize("kind", [int, str, UUID])
def test_null_is_malformed_where_it_may_not_be(kind: type) -> None:
    with pytest.raises(Rejected, match="progress: malformed cursor"):
        decode("progress", encode(None), kind)


@pytest.mark.parametrize("part", ["1", 10**15, -(10**15), True, 1.5, [], {}])
def test_a_moment_is_a_whole_number_of_the_calendars(part: object) -> None:
    for kind in (int, int | None):
        with pytest.raises(Rejected):
            decode("progress", encode(part), kind)  # type: ignore[arg-type]
