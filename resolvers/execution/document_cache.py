"""Caches of parsed and validated documents, by their text. Long documents are not cached: they take too much memory.

What leaves a cache is freed at once: entries are old, and cycles among old objects wait for a full garbage collection.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from resolvers.execution.graphql_internals import unlink_tokens

LONGEST_CACHED = 10_000
"""Characters. A parsed document takes about a hundred times its text."""
CACHED_DOCUMENTS = 128
"""In each cache."""
MOST_ERRORS = 20
"""Of one document. Each takes about a millisecond: graphql-core looks for names that are similar to a wrong one."""
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""Those of the specification, and strawberry's."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document. Documents of the same text are equal."""

    text: str
    node: DocumentNode = field(compare=False)

    @property
    def is_cached(self) -> bool:
        """Whether the document is short enough for the caches."""
        return len(self.text) <= LONGEST_CACHED


def parsed(text: str, most_tokens: int | None) -> Document:
    """The document of a text, parsed once. Raises GraphQLSyntaxError, also beyond the given number of tokens."""
    return (_parsed if len(text) <= LONGEST_CACHED else _parsed.__wrapped__)(text, most_tokens)


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _parsed(text: str, most_tokens: int | None) -> Document:
    document = parse(text, max_tokens=most_tokens)
    unlink_tokens(document)
    return Document(text, document)


def validation_errors(schema: GraphQLSchema, document: Document, *, suggest: bool) -> list[GraphQLError]:
    """The errors of a document, at most `MOST_ERRORS` and one that says that there are more. Computed once. `suggest`:
    they name what the schema has in place of a wrong name."""
    return (_validated if document.is_cached else _validated.__wrapped__)(schema, document, suggest)


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _validated(schema: GraphQLSchema, document: Document, suggest: bool) -> list[GraphQLError]:
    errors = validate(schema, document.node, RULES, max_errors=MOST_ERRORS, hide_suggestions=not suggest)
    return [_fault(error) for error in errors]


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
