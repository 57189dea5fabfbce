"""The rights of a viewer: viewers with equal rights see the same of every record."""

from collections.abc import Hashable

from resolvers.policy.rules import OF_SELF
from resolvers.policy.table import ROWS
from resolvers.viewer import Role, Viewer

DECIDING = frozenset({"subject", "role", "courses", "scopes", "authenticated"})
"""The attributes of a Viewer that rules decide by."""
OWN = frozenset({"expires_at", "token"})
"""Those that no rule reads: when the token ends is checked for each socket and request."""
ROOTS = frozenset({"Query", "Mutation", "Subscription", "Action"})


def rights_of(viewer: Viewer) -> Hashable:
    """What the rules of records depend on. Rules of root fields are decided for each viewer when an operation begins:
    two viewers with equal rights may still be refused different root fields."""
    return (
        viewer.authenticated,
        viewer.role,
        viewer.subject if viewer.role in BY_SUBJECT else None,
        viewer.courses if viewer.role is Role.INSTRUCTOR else None,
        viewer.scopes if viewer.role is Role.SERVICE else None,
    )


def _roles_by_subject() -> frozenset[Role]:
    """The roles for which a rule of a record may depend on the subject. A SERVICE is no learner; an ADMIN may see what
    the learner may, unless a row says otherwise."""
    alone = any(
        row.rule is not None and row.rule.grants & OF_SELF and "ADMIN" not in row.rule.grants
        for row in ROWS
        if not ROOTS.intersection(row.types.split())
    )
    return frozenset({Role.LEARNER, Role.INSTRUCTOR} | ({Role.ADMIN} if alone else set()))


BY_SUBJECT = _roles_by_subject()
