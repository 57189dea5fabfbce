"""The undocumented interfaces of strawberry-graphql that this project uses.

tests/test_internals.py checks that the installed version has them. Private attributes are read here only.
"""

from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import GraphQLResolveInfo, GraphQLSchema
from strawberry.types import ExecutionContext

READ_IN = "0.341.2"
"""The version whose source was read for this."""
USED = {
    "strawberry.Schema": ("_prepare_operation_async", "_schema", "execute", "process_errors", "stream"),
    "strawberry.Info": ("_field", "_raw_info", "variable_values"),
    "strawberry.types.ExecutionContext": ("_provided_operation_name", "graphql_document", "pre_execution_errors"),
    "strawberry.types.base.StrawberryObjectDefinition": ("fields", "from_input"),
    "strawberry.types.field.StrawberryField": (
        *("arguments", "base_resolver", "default_resolver", "extensions", "is_async", "is_basic_field", "metadata"),
        "python_name",
    ),
    "strawberry.types.fields.resolver.StrawberryResolver": (
        *("info_parameter", "parent_parameter", "root_parameter", "self_parameter", "signature", "wrapped_func"),
    ),
    "strawberry.schema.schema_converter.GraphQLCoreConverter": ("from_resolver", "scalar_registry"),
    "strawberry.extensions.runner": ("SchemaExtensionsRunner",),
    "strawberry.types.arguments": ("InputContext", "convert_argument"),
    "strawberry.types.graphql": ("OperationType",),
    "strawberry.execution": ("optimized_is_awaitable",),
    "strawberry.extensions.SchemaExtension": ("on_operation", "on_stream_result", "on_validate", "get_results"),
    "strawberry.schema.exceptions": ("CannotGetOperationTypeError", "InvalidOperationTypeError"),
    "strawberry.schema.schema": ("StrawberryGraphQLCoreExecutionContext",),
    "strawberry.schema.validation_rules.maybe_null": ("MaybeNullValidationRule",),
    "strawberry.schema.validation_rules.one_of": ("OneOfInputValidationRule",),
    "strawberry.types.execution": ("PreExecutionError",),
    "strawberry.utils.str_converters": ("to_camel_case",),
    "strawberry.http": ("GraphQLHTTPResponse", "GraphQLRequestData", "process_result"),
    "strawberry.http.websocket_origin": ("is_same_origin",),
}
"""By module or class: the names that this project imports, calls or overrides."""


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema of graphql-core that strawberry built."""
    return schema._schema


def scalar_registry(schema: GraphQLSchema) -> Mapping[object, Any]:
    """The scalars of a schema that strawberry built, by their Python types: `convert_argument` needs them."""
    converter = schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]
    registry: Mapping[object, Any] = converter.scalar_registry
    return registry


def requested_operation(context: ExecutionContext) -> str | None:
    """The `operationName` of the request. `ExecutionContext.operation_name` falls back to the first operation."""
    return context._provided_operation_name


def field_of(info: strawberry.Info[Any, Any]) -> tuple[str, str]:
    """The type and the name of the field that is resolved."""
    raw = info._raw_info
    return raw.parent_type.name, raw.field_name


def resolve_info(info: strawberry.Info[Any, Any]) -> GraphQLResolveInfo[Any]:
    """What graphql-core tells the resolver of a field."""
    return info._raw_info
