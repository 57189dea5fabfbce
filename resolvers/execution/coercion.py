"""Values of variables that do not fit their types: an error for each one, with the path to it.

graphql-core stops after fifty errors, and has the path only in the message.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    assert_leaf_type,
    get_operation_ast,
    is_required_input_field,
    type_from_ast,
)

from resolvers.error_codes import ErrorCode

MOST_ERRORS = 2000
"""Of one request. A batch of 500 events has four for each."""
LONGEST_NAME, LONGEST_MESSAGE = 80, 200
"""Characters of the name of a variable or an unknown field, and of a scalar's message: they may repeat what the client
sent."""

Path = tuple[str | int, ...]


def coercion_errors(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, given: Mapping[str, Any]
) -> list[GraphQLError]:
    """BAD_USER_INPUT for each value of the variables that does not fit, in their order; at most `MOST_ERRORS`.

    `extensions.path` leads to the value: the name of the variable, then fields and list positions. The name of a field
    that is missing or unknown is its last part.
    """
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return []
    faults = (
        fault
        for variable in operation.variable_definitions or ()
        for fault in _variable_faults(schema, variable, given)
    )
    errors = [_error(path, problem) for path, problem in islice(faults, MOST_ERRORS)]
    if next(faults, None) is not None:
        errors.append(_error((), f"only the first {MOST_ERRORS} errors are listed"))
    return errors


def _error(path: Path, problem: str) -> GraphQLError:
    message = f"{_shown(path)}: {problem}" if path else problem
    return GraphQLError(message, extensions={"code": ErrorCode.BAD_USER_INPUT, "path": list(path)})


def _shown(path: Path) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]


def _variable_faults(
    schema: GraphQLSchema, variable: VariableDefinitionNode, given: Mapping[str, Any]
) -> Iterator[tuple[Path, str]]:
    name, kind = variable.variable.name.value, cast("GraphQLInputType", type_from_ast(schema, variable.type))
    path = (name[:LONGEST_NAME],)
    if name in given:
        yield from _faults(given[name], kind, path)
    elif isinstance(kind, GraphQLNonNull) and variable.default_value is None:
        yield path, "is required"


def _faults(value: Any, kind: GraphQLInputType, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield path, "must not be null"
            return
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        if not isinstance(value, list):  # one value stands for a list of one
            yield from _faults(value, kind.of_type, path)
            return
        for place, each in enumerate(value):
            yield from _faults(each, kind.of_type, (*path, place))
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _object_faults(value, kind, path)
    elif (problem := _leaf_problem(value, assert_leaf_type(kind))) is not None:
        yield path, problem


def _object_faults(value: Any, kind: GraphQLInputObjectType, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(value, dict):
        yield path, f"must be an object of type {kind.name}"
        return
    for name, field in kind.fields.items():
        if name in value:
            yield from _faults(value[name], field.type, (*path, name))
        elif is_required_input_field(field):
            yield (*path, name), "is required"
    for name in value:
        if name not in kind.fields:
            yield (*path, name[:LONGEST_NAME]), f"is not a field of {kind.name}"


def _leaf_problem(value: Any, kind: GraphQLLeafType) -> str | None:
    """What is wrong with the value of a scalar or an enum, in the words of the scalar where they are short."""
    problem = f"is not a valid {kind}"
    if isinstance(kind, GraphQLEnumType):
        return None if isinstance(value, str) and value in kind.values else problem
    try:
        return problem if kind.coerce_input_value(value) is Undefined else None
    except GraphQLError as error:
        return error.message if len(error.message) <= LONGEST_MESSAGE else problem
    except Exception:  # a scalar's parser may raise anything
        return problem
