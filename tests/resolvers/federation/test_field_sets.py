"""Field sets of keys: what they name, which representations have them, and their values."""

from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, assert_object_type

from resolvers.federation.field_sets import coerced, is_given, parse_field_set
from resolvers.strawberry_internals import core_schema
from tests.resolvers.queries import SCHEMA

NESTED = parse_field_set("registration course { key version }")
ENROLLMENT = assert_object_type(core_schema(SCHEMA).type_map["Enrollment"])
REGISTRATION = "00000000-0000-0001-0000-000000000000"


def test_a_field_set_is_parsed() -> None:
    assert parse_field_set("id") == {"id": {}}
    assert NESTED == {"registration": {}, "course": {"key": {}, "version": {}}}
    with pytest.raises(GraphQLSyntaxError):
        parse_field_set("a {")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"registration": REGISTRATION, "course": {"key": "c", "version": 1}, "more": 1}, True),
        ({"registration": REGISTRATION, "course": {"key": "c", "version": None}}, False),
        ({"registration": REGISTRATION, "course": "c"}, False),
        ({"registration": REGISTRATION, "course": [{"key": "c", "version": 1}]}, False),
        ({"course": {"key": "c", "version": 1}}, False),
        ([], False),
        (None, False),
    ],
)
def test_a_representation_has_a_key_if_it_has_all_its_fields(given: Any, expected: bool) -> None:
    assert is_given(NESTED, given) is expected


def test_the_values_are_those_of_the_scalars() -> None:
    given = {"registration": REGISTRATION, "course": {"key": "c", "version": 1, "title": "no part of the key"}}
    expected = {"registration": UUID(REGISTRATION), "course": {"key": "c", "version": 1}}
    assert coerced(NESTED, ENROLLMENT, given) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"registration": "x", "course": {"key": "c", "version": 1}}, "Enrollment.registration is not a valid UUID"),
        ({"registration": REGISTRATION, "course": {"key": "c", "version": "1"}}, "Course.version is not a valid Int"),
        ({"registration": REGISTRATION, "course": {"key": [], "version": 1}}, "Course.key is not a valid String"),
    ],
)
def test_a_value_that_does_not_fit_is_named(given: Any, message: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        coerced(NESTED, ENROLLMENT, given)
    assert refused.value.message == message
    assert (refused.value.extensions or {})["code"] == "BAD_USER_INPUT"
