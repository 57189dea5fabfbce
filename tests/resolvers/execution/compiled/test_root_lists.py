"""A list of look-ups under a stricter rule: each element has its own value, refusal or error."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import pytest
import strawberry
from graphql import GraphQLSchema

from resolvers.context import ExecutorName
from resolvers.data.dataloaders import StorePath
from resolvers.errors import bad_input
from resolvers.policy.rules import About
from resolvers.schema import schema_of
from resolvers.types.root_list_field import root_list_field
from resolvers.types.store_field import Lookup, RootStoreField
from resolvers.viewer import Viewer
from tests.resolvers import world


async def _titles(stores: Any, keys: Sequence[str], args: Any) -> dict[str, str]:
    return {key: f"title of {key}" for key in keys}


TITLES: StorePath[str, Any, str] = StorePath("catalog", "titles", _titles)


def lookup_course(viewer: Viewer, *, key: str) -> Lookup:
    if not key:
        raise bad_input("a key has a text")
    return Lookup(TITLES, key, about=About(course_key=key))


def each_key(
    schema: GraphQLSchema, *, keys: Annotated[list[str], strawberry.argument(description="Keys.")]
) -> list[dict[str, Any]]:
    return [{"key": each} for each in keys]


@strawberry.type(description="The queries.")
class Query:
    enrollments = root_list_field(  # the policy has a stricter rule for the field of this name
        element=RootStoreField(lookup=lookup_course),
        elements=each_key,
        returns=list[str | None],
        description="Titles.",
        directives=[],
    )


SCHEMA = schema_of(Query)


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_an_element_without_a_look_up_does_not_cost_the_others(executor: ExecutorName) -> None:
    peer = world.peer_of(await world.open_school(), world.instructor(world.ALGEBRA))
    result = await SCHEMA.execute(
        "query ($keys: [String!]!) { enrollments(keys: $keys) }",
        variable_values={"keys": ["", world.ALGEBRA, world.BOTANY]},
        context_value=replace(peer, executor=executor),
    )
    assert result.data == {"enrollments": [None, f"title of {world.ALGEBRA}", None]}
    errors = [error.formatted for error in result.errors or ()]
    codes = {error["path"][-1]: error["extensions"]["code"] for error in errors}
    assert codes == {0: "BAD_USER_INPUT", 2: "FORBIDDEN"}
