"""Whether a parsed document is within the limits, before it is validated."""

from collections.abc import Iterator

from graphql import GraphQLError

from resolvers import permissions
from resolvers.documents.document import Document
from resolvers.documents.document_size import DocumentSize
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from resolvers.execution.limits.exceeded import Exceeded
from resolvers.limits import Limits
from resolvers.viewer import Viewer

NO_INTROSPECTION = "introspection is for an ADMIN here: the setting GATEWAY_INTROSPECTION says who may introspect"


def document_refusal(document: Document, limits: Limits, viewer: Viewer) -> GraphQLError | None:
    """Why a document is refused: TOO_COMPLEX, or FORBIDDEN if it introspects and the viewer may not; None if it is
    not."""
    if document.within is not limits:
        exceeded = list(exceeded_limits(document.size, limits))
        for each in exceeded:
            if (refusal := each.refusal(limits)) is not None:
                return refusal
        if not exceeded:
            document.within = limits
    if document.size.introspection_fields and not permissions.may_introspect(viewer, limits):
        return RequestError(ErrorCode.FORBIDDEN, NO_INTROSPECTION)
    return None


def exceeded_limits(size: DocumentSize, limits: Limits) -> Iterator[Exceeded]:
    """The limits that a document exceeds."""
    for name, maximum, found in (
        ("tokens", limits.tokens, size.tokens),
        ("definitions", limits.definitions, size.definitions),
        ("directives", limits.directives, size.directives),
        ("aliases", limits.aliases, size.aliases),
        ("rootFields", limits.root_fields, size.root_fields),
        ("depth", limits.depth, size.depth),
        ("fields", limits.fields, size.fields),
        ("repeats", limits.repeats, size.repeats),
        ("introspectionDepth", limits.introspection_depth, size.introspection_depth),
        ("introspectionFields", limits.introspection_fields, size.introspection_fields),
    ):
        if found > maximum:
            yield Exceeded(name, maximum, found)
