"""createLearner, createLearners and updateLearner."""

from dataclasses import fields
from typing import Any

import strawberry
from strawberry.scalars import JSON

from resolvers.mutations.inputs import UserError, learner_id_of, user_errors
from resolvers.mutations.payloads import ManyResult, WriteResult
from resolvers.types.cost_directives import Cost
from resolvers.viewer import Viewer
from resolvers.writes import learners, profile_changes
from resolvers.writes.faults import Refusal
from resolvers.writes.write_stores import WriteStores
from stores.domain.profiles import Profile

AVATAR = "URL of a picture: https (http on a loopback host only)"


@strawberry.input(description="A new learner.")
class CreateLearnerInput:
    learner_id: str | None = strawberry.field(
        default=None, description="The platform's own key, 512 bytes at most; made if absent."
    )
    display_name: str = strawberry.field(description="The name that others read.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    locale: str = strawberry.field(description="Language tag (BCP 47).")
    time_zone: str = strawberry.field(description="IANA time zone.")
    avatar_url: str | None = strawberry.field(default=None, description=f"{AVATAR}.")
    goals: list[str] | None = strawberry.field(default=None, description="What the learner wants to achieve.")
    skills: list[str] | None = strawberry.field(default=None, description="What the learner can do.")
    preferences: JSON | None = strawberry.field(default=None, description="A JSON object of settings; 64 kB at most.")
    attributes: JSON | None = strawberry.field(default=None, description="A JSON object for other data; 64 kB at most.")


@strawberry.input(
    description="New learners. Repeating is harmless where `learnerId` is given: the same again returns the existing "
    "profile; CONFLICT if it has other contents."
)
class CreateLearnersInput:
    learners: list[CreateLearnerInput] = strawberry.field(description="500 at most.", directives=[Cost(weight="1")])


@strawberry.input(description="Absent fields stay. Preferences and attributes are merged (JSON Merge Patch, RFC 7396).")
class UpdateLearnerInput:
    id: strawberry.ID = strawberry.field(description="Global id.")
    if_version: int | None = strawberry.field(
        default=None, description="Only if the profile still has this version; else CONFLICT."
    )
    display_name: str | None = strawberry.field(default=strawberry.UNSET, description="The name that others read.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="E-mail address; null removes it.")
    locale: str | None = strawberry.field(default=strawberry.UNSET, description="Language tag (BCP 47).")
    time_zone: str | None = strawberry.field(default=strawberry.UNSET, description="IANA time zone.")
    avatar_url: str | None = strawberry.field(default=strawberry.UNSET, description=f"{AVATAR}; null removes it.")
    goals: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Replaces all goals.")
    skills: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Replaces all skills.")
    preferences: JSON | None = strawberry.field(default=strawberry.UNSET, description="A merge patch; 64 kB at most.")
    attributes: JSON | None = strawberry.field(default=strawberry.UNSET, description="A merge patch; 64 kB at most.")


async def create_learner(stores: WriteStores, viewer: Viewer, given: CreateLearnerInput) -> WriteResult:
    """Create a profile; the result is the parent of LearnerPayload."""
    command = learners.CreateLearner(**parts_of(given))
    return _result(await learners.create_learner(stores, viewer, command))


async def create_learners(stores: WriteStores, viewer: Viewer, given: CreateLearnersInput) -> ManyResult:
    """Create profiles; the result is the parent of LearnersPayload."""
    commands = [learners.CreateLearner(**parts_of(each)) for each in given.learners]
    written = await learners.create_learners(stores, viewer, commands)
    if isinstance(written, Refusal):
        return ManyResult(errors=user_errors(written))
    return ManyResult([_result(each, "learners", place) for place, each in enumerate(written)])


async def update_learner(stores: WriteStores, viewer: Viewer, given: UpdateLearnerInput) -> WriteResult:
    """Change a profile; the result is the parent of LearnerPayload."""
    learner_id = learner_id_of(given.id, "id")
    if isinstance(learner_id, UserError):
        return WriteResult(errors=[learner_id])
    parts = parts_of(given)
    del parts["id"]
    command = profile_changes.UpdateLearner(learner_id=learner_id, **parts)
    return _result(await profile_changes.update_learner(stores, viewer, command))


def parts_of(given: CreateLearnerInput | UpdateLearnerInput) -> dict[str, Any]:
    """The fields that the client gave; they have the names of the command's."""
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}


def _result(written: Profile | Refusal, *path: str | int) -> WriteResult:
    if isinstance(written, Refusal):
        return WriteResult(errors=user_errors(written.under(*path)))
    return WriteResult(written)
