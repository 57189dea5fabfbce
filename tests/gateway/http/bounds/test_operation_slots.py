"""How many operations run at once, and how many of one subject."""

import pytest

from gateway.http.bounds.operation_slots import OperationSlots, Slot
from gateway.http.refusal import RequestRefused
from resolvers.error_codes import ErrorCode


def test_a_subject_leaves_a_quarter_of_the_slots_to_others() -> None:
    slots = OperationSlots(8)
    held = [slots.take("ada") for _ in range(6)]
    with pytest.raises(RequestRefused) as refused:
        slots.take("ada")
    assert (refused.value.status, refused.value.error["extensions"]["code"]) == (503, ErrorCode.OVERLOADED)
    others = [slots.take("ben"), slots.take("")]
    with pytest.raises(RequestRefused):
        slots.take("cyd")
    held[0].free()
    others[0].free()
    slots.take("ada")
    slots.take("cyd")


def test_work_that_has_begun_counts_beyond_the_limit() -> None:
    slots = OperationSlots(1)
    begun = [Slot(slots, "ada"), Slot(slots, "ada")]
    begun[0].free()
    begun[0].free()  # a repetition changes nothing
    with pytest.raises(RequestRefused):
        slots.check()
    begun[1].free()
    slots.take("ada").free()
    assert not slots.taken
