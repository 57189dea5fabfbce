"""The undocumented interfaces of graphql-core that this project uses.

tests/test_internals.py checks that the installed version has them. Private attributes are read here only.
"""

from functools import partial
from typing import Any
from weakref import proxy

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError
from graphql.execution import Executor
from graphql.type.definition import GraphQLResolveInfoHelpers

READ_IN = "3.3.2"
"""The version whose source was read for this."""
USED = {
    "graphql.execution.Executor": (
        *("_relevant_sub_fields", "async_helpers", "build", "build_per_event_executor", "complete_leaf_value"),
        *("collect_and_execute_subfields", "collected_errors"),
        *("build_resolve_info", "build_response", "context_value", "ensure_valid_runtime_type", "field_resolver"),
        *("fragments", "hide_suggestions", "root_value", "type_resolver"),
        *("execute_operation", "fragment_definitions", "gather_async_work", "is_awaitable", "operation", "schema"),
        *("track_async_work", "variable_values"),
    ),
    "graphql.execution.collect_fields": ("FieldDetails", "GroupedFieldSet", "collect_fields", "collect_subfields"),
    "graphql.execution.executor": ("invalid_return_type_error",),
    "graphql.execution.get_variable_signature": ("GraphQLVariableSignature", "get_variable_signature"),
    "graphql.execution.values": ("VariableValueSource", "VariableValues", "get_argument_values"),
    "graphql.language.ast.Token": ("next", "prev"),
    "graphql.pyutils": ("is_iterable",),
    "graphql.type.definition": ("GraphQLResolveInfoHelpers",),
    "graphql.utilities.coerce_input_value": ("coerce_default_value",),
}
"""By module or class: the names that this project imports, calls or overrides."""


def unlink_tokens(document: DocumentNode) -> None:
    """Cut the links between the tokens of a parsed document, by which it would be one cycle.

    Locations of errors need the tokens at which nodes begin and end, and no links.
    """
    token = None if document.loc is None else document.loc.start_token
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


def forget_sub_fields(executor: Executor[Any]) -> None:
    """Give the executor of one event its own memo of sub-fields.

    All events of a subscription share one memo. Its keys are the identities of lists that each event creates, so it
    would keep about 1 KiB of every event until the subscription ends.
    """
    executor._relevant_sub_fields = {}


def is_token_limit_error(error: GraphQLError) -> bool:
    """Whether the parser stopped at its limit of tokens. Only the message says so."""
    return isinstance(error, GraphQLSyntaxError) and error.message.endswith("tokens. Parsing aborted.")


def release_helpers(executor: Executor[Any]) -> None:
    """Let the executor's helpers refer to it weakly.

    They are bound methods of the executor that holds them. In this cycle every operation would stay in memory until a
    full garbage collection finds it.
    """
    kind, weak = type(executor), proxy(executor)
    executor.async_helpers = GraphQLResolveInfoHelpers(
        gather=partial(kind.gather_async_work, weak), track=partial(kind.track_async_work, weak)
    )
