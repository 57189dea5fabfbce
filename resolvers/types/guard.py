"""Checks the policy table's stricter rules of single fields, before a field is read."""

from dataclasses import dataclass
from typing import Any

import strawberry

from resolvers.context import Info
from resolvers.data.student_paths import STUDENTS
from resolvers.errors import forbidden, unauthenticated
from resolvers.policy.rules import About, Rule, about
from resolvers.policy.table import STRICTER, Otherwise
from resolvers.strawberry_internals import field_of
from resolvers.viewer import Viewer

INSTEAD: dict[Otherwise, Any] = {Otherwise.EMPTY_OBJECT: {}, Otherwise.EMPTY_TEXT: ""}


async def permitted(info: Info, rule: Rule, subject: About) -> bool:
    """Whether the viewer may. It costs a store call if the rule depends on the learner's enrolments."""
    context = info.context
    if context.loaders.served_stale:
        subject = subject.if_withdrawn
    decided = rule.decide(context.viewer, subject, context.peer.policy)
    if decided is None and subject.learner_id is not None:
        return await context.loaders.load(STUDENTS, subject.learner_id, rule.counts_withdrawn) is not None
    return decided is True


def stricter_rule(info: Info) -> tuple[Rule, Otherwise] | None:
    """The rule of the field that is resolved, if it is stricter than that of the object which has the field."""
    return STRICTER.get(field_of(info))


def refused(viewer: Viewer, otherwise: Otherwise) -> Any:
    """What a viewer gets who may not see a field. Raises the error where that is one."""
    if otherwise is Otherwise.FORBIDDEN:
        raise forbidden() if viewer.authenticated else unauthenticated("a token is required")
    return INSTEAD[otherwise]


@dataclass(frozen=True, slots=True)
class GuardedField:
    """A field with an attribute of its record, for the viewers whom the table names."""

    attribute: str

    async def fetch(self, info: Info, parent: Any) -> Any:
        """Resolve the field for one parent."""
        stricter = stricter_rule(info)
        if stricter is not None and not await permitted(info, stricter[0], about(parent)):
            return refused(info.context.viewer, stricter[1])
        return getattr(parent, self.attribute)


def guarded_field(name: str, returns: Any, description: str) -> Any:
    """See `GuardedField`."""
    declared = GuardedField(name)

    async def resolve(parent: strawberry.Parent[Any], info: Info) -> Any:
        return await declared.fetch(info, parent)

    return strawberry.field(
        resolver=resolve, graphql_type=returns, description=description, metadata={"guarded_field": declared}
    )
