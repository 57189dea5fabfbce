"""The schema: nullable store fields, descriptions, and the contract with clients."""

from pathlib import Path

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType
from graphql import build_schema as parse_schema
from graphql.utilities import find_breaking_changes

from resolvers.data.access_paths import LATEST
from resolvers.execution.strawberry_internals import core_schema
from resolvers.schema import refuse_fragile
from resolvers.types.store_field import Lookup, RootStoreField, store_field
from tests.resolvers.queries import SCHEMA

CONTRACT = Path(__file__).parents[1] / "contract.graphql"
"""The schema that clients rely on. schema.graphql may add to it; other changes need an entry below."""
ALLOWED_CHANGES: dict[str, str] = {}
"""The breaking changes of the contract: graphql-core's description of each, and the reason."""


def test_a_field_that_reads_a_store_must_be_nullable() -> None:
    async def resolve() -> int:
        return 1

    @strawberry.type
    class Query:
        fine = store_field(LATEST, key="x", returns=int, description="Nullable.")
        fragile: int = strawberry.field(
            resolver=resolve, metadata={"store_field": RootStoreField(lookup=lambda viewer: Lookup(LATEST, "x"))}
        )

    with pytest.raises(RuntimeError, match=r"Query\.fragile"):
        refuse_fragile(strawberry.Schema(query=Query))


def test_every_type_and_field_has_a_description() -> None:
    bare = []
    for name, kind in core_schema(SCHEMA).type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            bare += [f"{name}.{field}" for field, its in kind.fields.items() if not its.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType | GraphQLEnumType) and not kind.description:
            bare.append(name)
    assert bare == []


def test_the_schema_keeps_the_contract() -> None:
    changes = find_breaking_changes(parse_schema(CONTRACT.read_text(encoding="utf-8")), core_schema(SCHEMA))
    assert {change.description for change in changes} == set(ALLOWED_CHANGES)


def test_schema_graphql_is_the_schema() -> None:
    printed = (Path(__file__).parents[2] / "schema.graphql").read_text()
    assert printed == SCHEMA.as_str() + "\n", "run `python -m tests schema` and read the diff"
