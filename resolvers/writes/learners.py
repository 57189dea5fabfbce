"""Creating learners' profiles, one or many in one store call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.faults import Refusal, refuse, refuse_forbidden, too_many
from resolvers.writes.profile_rules import validate_profile
from resolvers.writes.validation import Validation
from resolvers.writes.write_stores import WriteStores
from stores.domain.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLearner:
    """A new profile. `learner_id` is made when None. `locale` is BCP 47, `time_zone` an IANA name, `avatar_url` an
    https URL; `preferences` and `attributes` are JSON objects of at most 64 kB."""

    learner_id: str | None = None
    display_name: str
    email: str | None = None
    locale: str
    time_zone: str
    avatar_url: str | None = None
    goals: Sequence[str] | None = None
    skills: Sequence[str] | None = None
    preferences: Any = None
    attributes: Any = None


async def create_learner(stores: WriteStores, viewer: Viewer, command: CreateLearner) -> Profile | Refusal:
    """`create_learners` of one learner."""
    created = await create_learners(stores, viewer, [command])
    return created if isinstance(created, Refusal) else created[0]


async def create_learners(
    stores: WriteStores, viewer: Viewer, commands: Sequence[CreateLearner]
) -> Sequence[Profile | Refusal] | Refusal:
    """Create at most 500 profiles; for an ADMIN. One result for each command, in order. Raises StoreError.

    Repeating a command with a learner id is harmless and returns the existing profile. CONFLICT: the learner id is
    taken by a profile with other contents.
    """
    if not permissions.may_write(viewer, "createLearners"):
        return refuse_forbidden()
    if refusal := too_many(len(commands), "learners"):
        return refusal
    drafts = [draft_profile(command, now=stores.now(), new_id=stores.new_id) for command in commands]
    wanted: dict[str, Profile] = {}
    for draft in drafts:
        if isinstance(draft, Profile):
            wanted.setdefault(draft.learner_id, draft)
    existing: Mapping[str, Profile] = wanted
    if wanted:
        profiles = stores.stores.profiles
        added = await stores.call("profiles", "add", len(wanted), profiles.add(list(wanted.values())))
        if added < len(wanted):
            existing = await stores.read("profiles", "by_ids", len(wanted), lambda: profiles.by_ids(list(wanted)))
    return [draft if isinstance(draft, Refusal) else _as_created(draft, existing[draft.learner_id]) for draft in drafts]


def draft_profile(command: CreateLearner, *, now: datetime, new_id: Callable[[], UUID]) -> Profile | Refusal:
    """The profile that a command would create, if it is valid. `new_id` makes the learner id where it has none."""
    validation = Validation()
    validation.new_key("learner_id", command.learner_id)
    validate_profile(command, validation)
    if refusal := validation.refusal:
        return refusal
    return Profile(
        learner_id=command.learner_id or str(new_id()),
        display_name=command.display_name,
        email=command.email,
        locale=command.locale,
        time_zone=command.time_zone,
        avatar_url=command.avatar_url or None,
        goals=tuple(command.goals or ()),
        skills=tuple(command.skills or ()),
        preferences=command.preferences or {},
        attributes=command.attributes or {},
        created_at=now,
        updated_at=now,
    )


def _as_created(draft: Profile, existing: Profile) -> Profile | Refusal:
    """The existing profile, or CONFLICT if it is not what the command would have created."""
    same = replace(
        existing,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        version=draft.version,
        consents=draft.consents,
    )
    return existing if same == draft else refuse("CONFLICT", "the learner id is taken", "learner_id")
