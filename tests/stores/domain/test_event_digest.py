"""Digests of events: equal for the same event, whatever form its numbers have."""

from typing import Any

import pytest

from stores.domain.event_digest import digest
from stores.domain.events import Verb
from tests.stores.learning import done


def digest_with(extensions: dict[str, Any]) -> bytes:
    return digest(done(1, Verb.VIEWED, "page", extensions=extensions))


@pytest.mark.parametrize(
    "forms",
    [
        [1, 1.0, 1e0],
        [0, -0.0, 0.0],
        [1e15, 10**15],
        [[1, {"b": 2.0}], [1.0, {"b": 2}]],
        [2.0**62, 2**62],
        [-(2.0**63), -(2**63)],
    ],
)
def test_numbers_that_are_equal_as_json_have_one_digest(forms: list[Any]) -> None:
    assert len({digest_with({"x": form}) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (1, True), (0, False), (1, "1"), (0, None), (1.5, 1), (2**53, 2**53 + 1), (1e300, 2**62), ([1], [[1]])],
)
def test_other_values_have_other_digests(one: Any, other: Any) -> None:
    assert digest_with({"x": one}) != digest_with({"x": other})


def test_digests_do_not_change_between_versions() -> None:
    """Ledgers keep them: this one was stored before numbers had one form."""
    event = done(1, Verb.ANSWERED, "quiz", score=1, extensions={"b": [1, 2.5, None, "é"], "a": {"c": True}})
    assert digest(event).hex() == "5db15775df03b16c60a0b58869966a9526e10b510a6102076f59c961afc3200d"
