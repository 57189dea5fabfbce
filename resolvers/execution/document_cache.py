"""Caches of parsed and validated documents, by their text. Long documents are not cached: they take too much memory."""

from dataclasses import dataclass, field
from functools import lru_cache

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

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
    return Document(text, parse(text, max_tokens=most_tokens))


def validation_errors(schema: GraphQLSchema, document: Document) -> list[GraphQLError]:
    """The errors of a document, at most `MOST_ERRORS` and one that says that there are more. Computed once."""
    return (_validated if document.is_cached else _validated.__wrapped__)(schema, document)


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _validated(schema: GraphQLSchema, document: Document) -> list[GraphQLError]:
    return validate(schema, document.node, RULES, max_errors=MOST_ERRORS)
