"""A parsed document and what is known of it: its size, its operations, its errors, what its operations cost and read.

Each fact is computed when it is first asked for, and lives as long as the document.
"""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from resolvers.documents.document_size import DocumentSize, document_size
from resolvers.documents.event_variables import event_variables
from resolvers.documents.public_operations import is_public
from resolvers.documents.variables import CompiledVariables, compiled_variables
from resolvers.limits import Limits

MOST_ERRORS = 20
"""Of one document. Each takes about a millisecond: graphql-core looks for names that are similar to a wrong one."""
SHORT_HASH = 12
"""Characters. It names a document in a log."""
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""Those of the specification, and strawberry's."""


class Document:
    """A document of a schema. It need not be valid.

    `within`: the limits that it was last found to be within. `fixed_costs`: the estimated cost of operations where the
    variables do not matter, and `planned` what the plan cache knows of operations, by the identity of their nodes.
    """

    def __init__(self, schema: GraphQLSchema, node: DocumentNode) -> None:
        self.schema = schema
        self.node = node
        self.within: Limits | None = None
        self.fixed_costs: dict[int, float] = {}
        self.planned: dict[int, Any] = {}
        self._errors: dict[bool, list[GraphQLError]] = {}
        self._public: dict[str | None, bool] = {}
        self._event_variables: dict[str | None, frozenset[str]] = {}
        self._variables: dict[str | None, CompiledVariables | None] = {}

    @cached_property
    def short_hash(self) -> str:
        """The beginning of the SHA-256 of the text: that of the id of a persisted document."""
        text = "" if self.node.loc is None else self.node.loc.source.body
        return sha256(text.encode(errors="surrogatepass")).hexdigest()[:SHORT_HASH]

    @cached_property
    def size(self) -> DocumentSize:
        """How large the document is."""
        return document_size(self.node)

    @cached_property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The fragments by their names."""
        return {each.name.value: each for each in self.node.definitions if isinstance(each, FragmentDefinitionNode)}

    @cached_property
    def _operations(self) -> Mapping[str | None, OperationDefinitionNode | None]:
        operations = [each for each in self.node.definitions if isinstance(each, OperationDefinitionNode)]
        names = [None, *(each.name.value for each in operations if each.name is not None)]
        return {name: get_operation_ast(self.node, name) for name in names}

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation with this name; without a name the only one."""
        return self._operations.get(name)

    def is_public(self, name: str | None) -> bool:
        """Whether the operation with this name needs no token."""
        operation = self.operation(name)
        if operation is None:
            return False
        if name not in self._public:
            self._public[name] = is_public(self.schema, operation, self.fragments)
        return self._public[name]

    def errors(self, *, suggest: bool) -> list[GraphQLError]:
        """What is not valid, at most `MOST_ERRORS` and one that says that there are more. `suggest`: the errors name
        what the schema has in place of a wrong name."""
        if suggest not in self._errors:
            found = validate(self.schema, self.node, RULES, max_errors=MOST_ERRORS, hide_suggestions=not suggest)
            self._errors[suggest] = [_fault(error) for error in found]
        return self._errors[suggest]

    def event_variables(self, name: str | None) -> frozenset[str]:
        """The variables that the execution of an event of this subscription reads."""
        if name not in self._event_variables:
            operation = self._operations[name]
            assert operation is not None  # noqa: S101 - it has begun
            self._event_variables[name] = event_variables(operation, self.fragments)
        return self._event_variables[name]

    def variables(self, name: str | None) -> CompiledVariables | None:
        """The variables of the operation with this name; None where graphql-core coerces their values."""
        operation = self.operation(name)
        if operation is None:
            return None
        if name not in self._variables:
            self._variables[name] = compiled_variables(self.schema, self.node, operation)
        return self._variables[name]

    @property
    def is_known_valid(self) -> bool:
        """Whether the document was validated before, and has no errors."""
        return any(not errors for errors in self._errors.values())


def _fault(error: GraphQLError) -> GraphQLError:
    """The error of a document. A value for which graphql-core has only an error of Python, such as an integer of more
    digits than Python reads, is as invalid as any other."""
    if isinstance(error.original_error, GraphQLError | None):
        return without_traceback(error)
    return GraphQLError("the document has a value that cannot be read", nodes=error.nodes)


def without_traceback(error: GraphQLError) -> GraphQLError:
    """The error without its frames, which refer to everything that the validator has seen."""
    cause: BaseException | None = error
    while cause is not None:
        cause.__traceback__ = None
        original = getattr(cause, "original_error", None)
        cause.__context__ = cause.__cause__ = None
        cause = original
    return error
