"""Parses documents whose text is within the limits: its size is checked first, and the parser counts the tokens."""

from graphql import GraphQLError

from resolvers.documents.document import Document, without_traceback
from resolvers.execution.document_cache import DocumentCache
from resolvers.execution.graphql_internals import is_token_limit_error
from resolvers.execution.limits.exceeded import Exceeded
from resolvers.limits import Limits


def parse_limited(documents: DocumentCache, text: str, limits: Limits) -> Document | GraphQLError:
    """The document of a text, or why there is none: TOO_COMPLEX, or an error of syntax."""
    # A character has at most 4 bytes: short texts need not be encoded.
    size = len(text) if len(text) * 4 <= limits.size else len(text.encode("utf-8", "surrogatepass"))
    if size > limits.size and (refusal := Exceeded("size", limits.size, size).refusal(limits)) is not None:
        return refusal
    try:
        return documents.parsed(text, most_tokens(limits))
    except GraphQLError as error:
        too_many = Exceeded("tokens", limits.tokens).refusal(limits) if is_token_limit_error(error) else None
        return too_many or without_traceback(error)


def most_tokens(limits: Limits) -> int | None:
    """At how many tokens the parser stops; None for no limit."""
    return limits.tokens if limits.enforced else None
