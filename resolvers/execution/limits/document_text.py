"""The limits of a document's text: its size, which is checked before it is parsed, and its tokens."""

from graphql import GraphQLError
from strawberry.types import ExecutionContext

from resolvers.execution.graphql_internals import is_token_limit_error
from resolvers.execution.limits.exceeded import Exceeded
from resolvers.limits import Limits


def limit_text(execution: ExecutionContext, limits: Limits) -> GraphQLError | None:
    """The refusal of a text that is too long to be parsed. Sets the parser's own limit of tokens for any other."""
    text = execution.query or ""
    # A character has at most 4 bytes: short texts need not be encoded.
    size = len(text) if len(text) * 4 <= limits.size else len(text.encode("utf-8", "surrogatepass"))
    if size > limits.size and (refusal := Exceeded("size", limits.size, size).refusal(limits)) is not None:
        return refusal
    if limits.enforced:
        execution.parse_options = {"max_tokens": limits.tokens}
    return None


def token_refusal(errors: list[GraphQLError] | None, limits: Limits) -> GraphQLError | None:
    """The refusal of a document at whose last allowed token the parser stopped; None for any other."""
    if not errors or not is_token_limit_error(errors[0]):
        return None
    return Exceeded("tokens", limits.tokens).refusal(limits)
