"""Which viewer a request acts as."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.http.auth.refusals import RefusalReason, Unauthenticated
from gateway.http.auth.verification import Verification
from resolvers import permissions
from resolvers.viewer import UNAUTHENTICATED, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Turns the Authorization header into a viewer.

    `anonymous_viewer` is the viewer of requests without a token; if it is None, they may select public fields only.
    `may_trace` decides who may ask for a trace of the store calls.
    """

    verification: Verification
    anonymous_viewer: Viewer | None = None
    may_trace: Callable[[Viewer], bool] = permissions.may_trace

    async def viewer(self, authorization: str | None, *, foreign: bool, revoked: Callable[[Viewer], bool]) -> Viewer:
        """The viewer of a request with this Authorization header (RFC 6750), `UNAUTHENTICATED` without a token. Cookies
        are not read: they would let other sites send requests in their owner's name. Raises `Unauthenticated`.

        `foreign`: a page of another origin sends the request. It has no rights without a token. `revoked`: whether a
        viewer's token is revoked."""
        if not authorization:
            return UNAUTHENTICATED if foreign or self.anonymous_viewer is None else self.anonymous_viewer
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            self.verification.refusals.write(RefusalReason.NOT_BEARER)
            raise Unauthenticated.refused()
        viewer = await self.verification.viewer_of(token.strip())
        if revoked(viewer):
            self.verification.refusals.write(RefusalReason.REVOKED)
            raise Unauthenticated.refused()
        return viewer
