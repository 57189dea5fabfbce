"""UUIDs that are made without checks."""

import pickle
from uuid import UUID, uuid4

import pytest

from stores.domain.uuids import uuid_of_int, uuid_of_text
from stores.sql.core.uuids import texts_of


@pytest.mark.parametrize("key", [UUID(int=0), UUID(int=2**128 - 1), uuid4()])
def test_they_are_those_of_the_class(key: UUID) -> None:
    for made in (uuid_of_int(key.int), uuid_of_text(str(key))):
        assert made == key
        assert (type(made), hash(made), str(made), made.is_safe) == (UUID, hash(key), str(key), key.is_safe)
        assert pickle.loads(pickle.dumps(made)) == key


def test_texts_are_in_order() -> None:
    keys = [UUID(int=number << 100 | 0xABC) for number in (2, 1, 3)]
    assert texts_of(keys) == [str(key) for key in keys]
    assert texts_of(keys[:1]) == [str(keys[0])]
    assert texts_of([]) == []
