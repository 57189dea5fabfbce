"""revokeTokens."""

import strawberry

from resolvers.mutations.inputs import user_errors
from resolvers.mutations.payloads import WriteResult
from resolvers.viewer import Viewer
from resolvers.writes import revocations
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores


@strawberry.input(description="The tokens to revoke: exactly one of the two fields.")
class RevokeTokensInput:
    subject: str | None = strawberry.field(
        default=None, description="All tokens of this subject that were issued until now, or do not say when."
    )
    jti: str | None = strawberry.field(default=None, description="The token with this id (`jti`).")


async def revoke_tokens(stores: WriteStores, viewer: Viewer, given: RevokeTokensInput) -> WriteResult:
    """Revoke tokens; the result is the parent of RevokeTokensPayload."""
    command = revocations.RevokeTokens(subject=given.subject, jti=given.jti)
    done = await revocations.revoke_tokens(stores, viewer, command)
    return WriteResult(errors=user_errors(done)) if isinstance(done, Refusal) else WriteResult(record=done)
