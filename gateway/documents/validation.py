"""Parses documents and checks them against the schema and the limits of operations.

Every fault is a line that names the source of the document.
"""

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, Source, parse, validate

from resolvers.documents.document_size import document_size
from resolvers.errors import shortened
from resolvers.execution.limits.document_limits import exceeded_limits
from resolvers.execution.limits.exceeded import Exceeded
from resolvers.limits import Limits


class BadDocument(Exception):
    """A document cannot be served. Its text is one line that names the document's source."""


def parsed(text: str, source: str) -> DocumentNode:
    """The document of a text. Raises `BadDocument`."""
    try:
        return parse(Source(text, source))
    except GraphQLError as error:
        raise BadDocument(_line(error, source)) from None
    except RecursionError:
        raise BadDocument(f"{source}: it is nested too deeply") from None


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document."""
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def named_operation(document: DocumentNode, source: str) -> tuple[str, str]:
    """The name and the kind ("query", …) of a document's one operation. Raises `BadDocument`."""
    operations = operations_of(document)
    if len(operations) != 1:
        raise BadDocument(f"{source}: it has {len(operations)} operations, and not one")
    name = operations[0].name
    if name is None:
        raise BadDocument(f"{source}: its operation has no name")
    return name.value, operations[0].operation.value


def schema_faults(schema: GraphQLSchema, document: DocumentNode, source: str) -> Iterator[str]:
    """What does not fit the schema, a line each."""
    for error in validate(schema, document):
        yield _line(error, source)


def limit_faults(text: str, limits: Limits, source: str) -> Iterator[str]:
    """Which limits of operations a valid document is beyond, a line each."""
    size = Exceeded("size", limits.size, len(text.encode()))
    exceeded = [size] if size.found is not None and size.found > limits.size else []
    for each in [*exceeded, *exceeded_limits(document_size(parse(text)), limits)]:
        if (refusal := each.refusal(limits)) is not None:
            yield f"{source}: {refusal.message}"


def _line(error: GraphQLError, source: str) -> str:
    named = error.source.name if error.source is not None else source
    place = f", line {error.locations[0].line}" if error.locations else ""
    return f"{named}{place}: {shortened(error.message)}"
