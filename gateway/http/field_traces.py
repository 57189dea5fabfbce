"""Which requests get a trace of their fields: those of a router that proves what it is."""

from collections.abc import Callable, Mapping

from gateway.http.auth.access import Access
from gateway.http.auth.refusals import Unauthenticated
from gateway.http.origins import is_foreign
from resolvers import permissions
from resolvers.viewer import Viewer

FIELD_TRACE_HEADER, FORMAT = "apollo-federation-include-trace", "ftv1"
ROUTER_HEADER = "x-router-authorization"
"""The router's own token. `Authorization` has that of the viewer for whom it asks."""


async def wants_field_trace(
    headers: Mapping[str, str], viewer: Viewer, access: Access, *, revoked: Callable[[Viewer], bool]
) -> bool:
    """Whether a request asks for a trace of its fields and may have one: the viewer or the router needs the right. An
    invalid token of the router costs the trace, not the answer."""
    if headers.get(FIELD_TRACE_HEADER) != FORMAT:
        return False
    if permissions.may_trace_fields(viewer):
        return True
    if not (router := headers.get(ROUTER_HEADER)):
        return False
    try:
        asking = await access.viewer(router, foreign=is_foreign(headers), revoked=revoked)
        return permissions.may_trace_fields(asking)
    except Unauthenticated:
        return False
