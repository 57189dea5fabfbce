"""Changing a learner's profile: one document write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.faults import Refusal, refuse, refuse_forbidden
from resolvers.writes.merge_patch import merge_patch
from resolvers.writes.profile_rules import DOCUMENTS, UNCHANGED, Unchanged, validate_profile
from resolvers.writes.validation import Validation
from resolvers.writes.write_stores import WriteStores
from stores.domain.profiles import Profile

MAX_TRIES = 10
"""How often an update without a version starts again when another writer was first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLearner:
    """Changes to a profile; UNCHANGED parts stay. None or an empty string removes `email` and `avatar_url`.

    `if_version`: only if the profile still has this version. `goals` and `skills` replace the existing lists;
    `preferences` and `attributes` are merge patches (RFC 7396), None empties them."""

    learner_id: str
    if_version: int | None = None
    display_name: str | Unchanged | None = UNCHANGED
    email: str | Unchanged | None = UNCHANGED
    locale: str | Unchanged | None = UNCHANGED
    time_zone: str | Unchanged | None = UNCHANGED
    avatar_url: str | Unchanged | None = UNCHANGED
    goals: Sequence[str] | Unchanged | None = UNCHANGED
    skills: Sequence[str] | Unchanged | None = UNCHANGED
    preferences: Any = UNCHANGED
    attributes: Any = UNCHANGED


async def update_learner(stores: WriteStores, viewer: Viewer, command: UpdateLearner) -> Profile | Refusal:
    """Change a profile; for the learner and an ADMIN. Returns the profile with its new version.

    CONFLICT: the profile has another version than `if_version`, or other writers were first ten times. An unknown
    learner is FORBIDDEN. Raises StoreError.
    """
    if not permissions.may_write(viewer, "updateLearner", command.learner_id):
        return refuse_forbidden()
    validation = Validation()
    validate_profile(command, validation)
    for part in ("display_name", "locale", "time_zone"):
        if getattr(command, part) is None:
            validation.add("cannot be removed", part)
    if refusal := validation.refusal:
        return refusal
    profiles = stores.stores.profiles
    for _ in range(MAX_TRIES):
        # Read past the loaders: each try must see what the last writer left.
        found = await stores.read("profiles", "by_ids", 1, lambda: profiles.by_ids([command.learner_id]))
        existing = found.get(command.learner_id)
        if existing is None:
            return refuse_forbidden()
        if command.if_version is not None and command.if_version != existing.version:
            break
        changed = replace(_apply(command, existing), version=existing.version + 1, updated_at=stores.now())
        # Many small patches must not make a document that one patch could not.
        validation.document("preferences", changed.preferences)
        validation.document("attributes", changed.attributes)
        if refusal := validation.refusal:
            return refusal
        if await stores.call("profiles", "replace", 1, profiles.replace(changed)):
            return changed
    return refuse("CONFLICT", "another writer changed the learner: read it again", "if_version")


def _apply(command: UpdateLearner, existing: Profile) -> Profile:
    """The profile with the changed parts of a valid command."""
    parts = ("display_name", "email", "locale", "time_zone", "avatar_url", "goals", "skills", *DOCUMENTS)
    changes = {part: value for part in parts if (value := getattr(command, part)) is not UNCHANGED}
    for part in changes.keys() & {"email", "avatar_url"}:
        changes[part] = changes[part] or None
    for part in changes.keys() & {"goals", "skills"}:
        changes[part] = tuple(changes[part] or ())
    for part in changes.keys() & set(DOCUMENTS):
        patch = changes[part]
        changes[part] = {} if patch is None else merge_patch(getattr(existing, part), patch)
    return replace(existing, **changes)
