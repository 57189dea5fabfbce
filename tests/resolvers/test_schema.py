"""The schema: nullable store fields, descriptions, and the contract with clients."""

from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType
from graphql import build_schema as parse_schema
from graphql.utilities import find_breaking_changes

from resolvers.data.access_paths import LATEST
from resolvers.schema import refuse_fragile
from resolvers.strawberry_internals import core_schema
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


def test_everything_in_the_schema_has_a_description() -> None:
    bare = []
    for name, kind in core_schema(SCHEMA).type_map.items():
        if name.startswith("__"):
            continue
        parts: dict[str, Any] = {name: kind}
        if isinstance(kind, GraphQLEnumType):
            parts |= {f"{name}.{value}": its for value, its in kind.values.items()}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            parts |= {f"{name}.{field}": its for field, its in kind.fields.items()}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            parts |= {
                f"{name}.{field}({arg})": its for field, of in kind.fields.items() for arg, its in of.args.items()
            }
        # The argument of a mutation is described by its type.
        bare += [part for part, its in parts.items() if not its.description and not part.endswith("(input)")]
    assert bare == []


def test_the_schema_keeps_the_contract() -> None:
    changes = find_breaking_changes(parse_schema(CONTRACT.read_text(encoding="utf-8")), core_schema(SCHEMA))
    assert {change.description for change in changes} == set(ALLOWED_CHANGES)


def test_schema_graphql_is_the_schema() -> None:
    printed = (Path(__file__).parents[2] / "schema.graphql").read_text()
    assert printed == SCHEMA.as_str() + "\n", "run `python -m tests schema` and read the diff"
