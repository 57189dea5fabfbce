"""Making and changing a learner: the inputs, their rules, the one document write."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import strawberry
from strawberry.scalars import JSON

from resolvers import permissions
from resolvers.context import Context
from resolvers.errors import forbidden
from resolvers.mutations.inputs import Faults, UserError
from resolvers.mutations.payloads import WriteResult
from resolvers.types.node import key_of
from resolvers.value_rules import LONGEST_KEY
from stores.domain.profiles import Profile
from stores.domain.uuid7 import uuid7

TRIES = 10
"""Writers who name no version take turns: this often one begins anew when another was first."""


@strawberry.input(description="A new learner.")
class CreateLearnerInput:
    learner_id: str | None = strawberry.field(default=None, description="The platform's own key; made when absent.")
    display_name: str = strawberry.field(description="What others read.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    locale: str = strawberry.field(description="Language tag (BCP 47).")
    time_zone: str = strawberry.field(description="IANA time zone.")
    avatar_url: str | None = strawberry.field(default=None, description="A picture.")
    goals: list[str] | None = strawberry.field(default=None, description="What the learner is after.")
    skills: list[str] | None = strawberry.field(default=None, description="What the learner can do.")
    preferences: JSON | None = strawberry.field(default=None, description="Settings; at most 64 kB.")
    attributes: JSON | None = strawberry.field(default=None, description="What else is known; at most 64 kB.")


@strawberry.input(description="Absent fields stay; preferences and attributes are merged (JSON Merge Patch, RFC 7396).")
class UpdateLearnerInput:
    id: strawberry.ID = strawberry.field(description="Global id.")
    if_version: int | None = strawberry.field(
        default=None, description="Only if the profile still has this version; else CONFLICT."
    )
    display_name: str | None = strawberry.field(default=strawberry.UNSET, description="What others read.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="E-mail address; null takes it away.")
    locale: str | None = strawberry.field(default=strawberry.UNSET, description="Language tag (BCP 47).")
    time_zone: str | None = strawberry.field(default=strawberry.UNSET, description="IANA time zone.")
    avatar_url: str | None = strawberry.field(default=strawberry.UNSET, description="A picture; null takes it away.")
    goals: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All goals, in place of those before."
    )
    skills: list[str] | None = strawberry.field(default=strawberry.UNSET, description="In place of those before.")
    preferences: JSON | None = strawberry.field(default=strawberry.UNSET, description="A merge patch; 64 kB at most.")
    attributes: JSON | None = strawberry.field(default=strawberry.UNSET, description="A merge patch; 64 kB at most.")


async def create_learner(
    context: Context, given: CreateLearnerInput, *, random_bytes: Callable[[int], bytes]
) -> WriteResult:
    if not permissions.is_admin(context.viewer):
        raise forbidden()
    faults = Faults("input")
    faults.text("learnerId", given.learner_id, longest=LONGEST_KEY)
    check(given, faults)
    if faults.found:
        return WriteResult(None, faults.found)
    now = context.peer.now()
    profile = Profile(
        learner_id=given.learner_id or str(uuid7(now, random_bytes(10))),
        display_name=given.display_name,
        email=given.email or None,
        locale=given.locale,
        time_zone=given.time_zone,
        avatar_url=given.avatar_url or None,
        goals=tuple(given.goals or ()),
        skills=tuple(given.skills or ()),
        preferences=document_of(given.preferences),
        attributes=document_of(given.attributes),
        created_at=now,
        updated_at=now,
    )
    if await context.loaders.call("profiles", "add", 1, context.peer.stores.profiles.add([profile])) == 0:
        return WriteResult(
            None, [UserError(code="CONFLICT", message="there is such a learner", path=["input", "learnerId"])]
        )
    return WriteResult(profile, [])


async def update_learner(context: Context, given: UpdateLearnerInput) -> WriteResult:
    learner_id = key_of("Learner", given.id)
    if not permissions.may_read_private(context.viewer, learner_id):
        raise forbidden()
    faults = Faults("input")
    check(given, faults)
    for name in ("display_name", "locale", "time_zone"):
        if getattr(given, name) is None:
            faults.add("cannot be taken away", camel(name))
    if faults.found:
        return WriteResult(None, faults.found)
    profiles = context.peer.stores.profiles
    for _ in range(TRIES):
        found = await context.loaders.call("profiles", "by_ids", 1, profiles.by_ids([learner_id]))
        kept = found.get(learner_id)
        if kept is None:
            raise forbidden()
        if given.if_version is not None and given.if_version != kept.version:
            break
        changed = replace(patched(kept, given), version=kept.version + 1, updated_at=context.peer.now())
        check_documents(changed, faults)
        if faults.found:
            return WriteResult(None, faults.found)
        if await context.loaders.call("profiles", "replace", 1, profiles.replace(changed)):
            return WriteResult(changed, [])
    message = "the learner was changed meanwhile: read it again"
    return WriteResult(None, [UserError(code="CONFLICT", message=message, path=["input", "ifVersion"])])


def patched(kept: Profile, given: UpdateLearnerInput) -> Profile:
    said = {
        name: value
        for name in ("display_name", "email", "locale", "time_zone", "avatar_url", "goals", "skills")
        if (value := getattr(given, name)) is not strawberry.UNSET
    }
    for name in ("email", "avatar_url"):
        if name in said:
            said[name] = said[name] or None
    for name in ("goals", "skills"):
        if name in said:
            said[name] = tuple(said[name] or ())
    for name in ("preferences", "attributes"):
        patch = getattr(given, name)
        if patch is not strawberry.UNSET:
            said[name] = merged(getattr(kept, name), patch) if patch is not None else {}
    return replace(kept, **said)


def merged(target: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7396, section 2): a null takes away, an object goes inward, all else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def check(given: CreateLearnerInput | UpdateLearnerInput, faults: Faults) -> None:
    """The rules of both; what is absent has no fault."""

    def said(name: str) -> Any:
        value = getattr(given, name)
        return None if value is strawberry.UNSET else value

    faults.text("displayName", said("display_name"))
    faults.email("email", said("email"))
    faults.locale("locale", said("locale"))
    faults.time_zone("timeZone", said("time_zone"))
    faults.text("avatarUrl", said("avatar_url"), empty=True)
    faults.words("goals", said("goals"))
    faults.words("skills", said("skills"))
    faults.document("preferences", said("preferences"))
    faults.document("attributes", said("attributes"))


def check_documents(profile: Profile, faults: Faults) -> None:
    """Many small patches must not make a document that one large one could not."""
    faults.document("preferences", profile.preferences)
    faults.document("attributes", profile.attributes)


def document_of(given: object) -> Mapping[str, Any]:
    """An open document that was checked; null is an empty one."""
    return given if isinstance(given, Mapping) else {}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(map(str.title, rest))
