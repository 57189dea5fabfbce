"""The values of an operation's variables, coerced by functions that are compiled once for each operation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLDefaultInput,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

from resolvers.documents.input_coercers import Coercer, InputCoercers, NotCoerced

UNCHANGING = (str, int, float, Enum)
"""Types of defaults that all requests may share."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation. `default`: its coerced default; Undefined without one, or where each request must
    coerce it for itself, because it can be changed."""

    signature: GraphQLVariableSignature
    coerce: Coercer
    default: Any

    @property
    def is_required(self) -> bool:
        """Whether a value must be given."""
        return self.signature.default is None and isinstance(self.signature.type, GraphQLNonNull)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledVariables:
    """The variables of an operation. `bare`: its document, in which the operation defines no variables, so that
    graphql-core coerces none."""

    operation: OperationDefinitionNode
    bare: DocumentNode
    variables: tuple[Variable, ...]

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The values that graphql-core's `get_variable_values` returns; None where it has to coerce them itself,
        because one does not fit or is unusual."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        try:
            for variable in self.variables:
                signature = variable.signature
                name = signature.name
                value = given.get(name, Undefined)
                if value is not Undefined:
                    sources[name] = VariableValueSource(signature, value)
                    coerced[name] = variable.coerce(value)
                elif variable.is_required:
                    return None
                else:
                    sources[name] = VariableValueSource(signature)
                    if signature.default is not None:
                        coerced[name] = _default_of(variable)
        except Exception:  # a scalar's parser may raise anything; graphql-core says what is wrong
            return None
        return VariableValues(sources, coerced)


def compiled_variables(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> CompiledVariables | None:
    """The variables of an operation of this document. None if it has none, or if graphql-core has to coerce them."""
    if not operation.variable_definitions:
        return None
    coercers = InputCoercers.of(schema)
    variables = []
    for definition in operation.variable_definitions:
        signature = get_variable_signature(schema, definition)
        if not isinstance(signature, GraphQLVariableSignature):
            return None
        try:
            default = coerce_default_value(signature)
            coerce = coercers.coercer(signature.type)
        except (NotCoerced, TypeError):  # the latter: an invalid default
            return None
        variables.append(Variable(signature, coerce, default if isinstance(default, UNCHANGING) else Undefined))
    without = replace(operation, variable_definitions=())
    bare = replace(document, definitions=tuple(without if each is operation else each for each in document.definitions))
    return CompiledVariables(operation=operation, bare=bare, variables=tuple(variables))


def _default_of(variable: Variable) -> Any:
    if variable.default is not Undefined:
        return variable.default
    signature = variable.signature
    literal = None if signature.default is None else signature.default.literal
    return coerce_default_value(signature._replace(default=GraphQLDefaultInput(literal=literal)))
