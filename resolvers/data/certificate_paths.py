"""Access paths of certificates that combine several reads."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from resolvers.data.access_paths import CERTIFICATES, NoArgs
from resolvers.data.dataloaders import DerivedPath, Loaders
from resolvers.data.visible_paths import VISIBLE_ENROLLMENTS


async def _revocation_reasons(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, str]:
    """The reasons that the viewer may read: those of the enrolments that they may read."""
    visible = await loaders.load_many(VISIBLE_ENROLLMENTS, registrations, ())
    found = await loaders.load_many(CERTIFICATES, list(visible), ())
    return {key: row.revoked_because for key, row in found.items() if row.revoked_because is not None}


REVOCATION_REASONS: DerivedPath[UUID, NoArgs, str] = DerivedPath(_revocation_reasons)
