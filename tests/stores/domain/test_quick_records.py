"""Quick records are those that the class and `dataclasses.replace` make."""

from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any, cast

import pytest

from stores.domain.outbox import Commit
from stores.domain.quick_records import maker, revised
from tests.stores.learning import FULL
from tests.stores.samples import commit

RECORDS = [FULL, commit(3), *commit(3).changed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    one: int
    two: str = "two"
    lists: list[int] = field(default_factory=list)
    hidden: int = field(default=0, compare=False)


def fields_of(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_are_made_and_copied_as_the_class_does(record: Any) -> None:
    for made in (maker(type(record))(**fields_of(record)), revised(record)):
        assert made == record
        assert type(made) is type(record)
        assert fields_of(made) == fields_of(record)
        assert made is not record


def test_defaults_are_those_of_the_class() -> None:
    make = maker(Sample)
    first, second = make(one=1), make(one=1)
    assert first == second == Sample(one=1)
    assert first.lists is not second.lists
    assert make(one=1, hidden=7).hidden == 7
    assert hash(make(one=1, lists=cast(Any, ()))) == hash(Sample(one=1, lists=cast(Any, ())))


def test_a_copy_has_the_given_values_and_leaves_the_record_alone() -> None:
    record: Commit = commit(3)
    assert revised(record, number=9, changed=()) == replace(record, number=9, changed=())
    assert record == commit(3)


def test_quick_records_are_frozen_and_have_no_other_fields() -> None:
    for made in (maker(Sample)(one=1), revised(Sample(one=1), one=2)):
        with pytest.raises(FrozenInstanceError):
            made.one = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        maker(Sample)(one=1, three=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        maker(Sample)()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        revised(Sample(one=1), three=3)
