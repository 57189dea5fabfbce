"""Which subscribers share the execution of their events. A new attribute of a viewer or a peer has to be decided on."""

from collections.abc import Hashable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from graphql import parse

from resolvers.context import Context, Peer
from resolvers.documents.document import Document
from resolvers.execution.event_groups import group_key as keys
from resolvers.execution.event_groups.group_key import group_key, is_traced, shared_peer
from resolvers.limits import Limits
from resolvers.policy import rights
from resolvers.policy.policy import Policy
from resolvers.policy.rights import rights_of
from resolvers.strawberry_internals import core_schema
from resolvers.viewer import Role, TokenFacts, Viewer
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import SCHEMA

TEXT = """subscription Watch($course: String, $after: String, $all: Boolean = true, $unused: Int) {
  progressUpdated(course: $course, after: $after) { ...Shown } }
  fragment Shown on ProgressUpdate { version enrollment @include(if: $all) { state } }"""
TEACHER = world.instructor(world.ALGEBRA)


def document_of(text: str = TEXT) -> Document:
    return Document(core_schema(SCHEMA), parse(text))


WATCH = document_of()


async def key_of(
    peer: Peer, variables: dict[str, Any] | None = None, *, document: Document = WATCH, name: str | None = None
) -> Hashable | None:
    context = Context.of(peer)
    context.document = document
    return group_key(context, name, variables or {})


async def peer_of(viewer: Viewer, **instead: Any) -> Peer:
    return replace(
        world.peer_of(await world.open_school(), viewer), **{"trace": False, "executor": "compiled", **instead}
    )


def test_every_attribute_of_a_viewer_is_decided_on() -> None:
    assert {each.name for each in fields(Viewer)} == rights.DECIDING | rights.OWN
    assert not rights.DECIDING & rights.OWN


def test_every_attribute_of_a_peer_is_decided_on() -> None:
    decided = [keys.BY_VALUE, keys.BY_IDENTITY, keys.TRACED, keys.OWN, keys.OF_THE_FIRST, frozenset({"viewer"})]
    assert sorted(each.name for each in fields(Peer)) == sorted(name for names in decided for name in names)


OTHERS: dict[str, Any] = {
    "limits": Limits(depth=3),
    "policy": Policy(instructors_may_enroll=True),
    "timeout": timedelta(seconds=3),
    "executor": "reference",
    "compile_after": 7,
    "stores": object(),
    "health": object(),
    "topics": object(),
    "deadlines": {},
    "now": lambda: world.NOW,
    "shared": object(),
    "guards": object(),
    "last_good": object(),
}


@pytest.mark.parametrize("name", sorted(keys.BY_VALUE | keys.BY_IDENTITY))
async def test_members_have_these_attributes_in_common(name: str) -> None:
    peer = await peer_of(world.admin())
    assert await key_of(peer) == await key_of(replace(peer))
    assert await key_of(replace(peer, **{name: OTHERS[name]})) != await key_of(peer)


@pytest.mark.parametrize("name", sorted(keys.OWN))
async def test_a_group_has_none_of_what_is_its_members_own(name: str) -> None:
    own: Any = object()
    peer = await peer_of(world.admin())
    mine = replace(peer, **{name: own})
    assert await key_of(mine) == await key_of(peer)
    assert getattr(shared_peer(mine), name) is not own


@pytest.mark.parametrize("name", sorted(keys.TRACED))
async def test_a_traced_subscription_belongs_to_no_group(name: str) -> None:
    traced: dict[str, Any] = {name: True}
    peer = await peer_of(world.admin())
    assert (is_traced(peer), is_traced(replace(peer, **traced))) == (False, True)


ADA_TEACHES = replace(TEACHER, subject=world.ADA)
SERVICE = Viewer(subject="router", role=Role.SERVICE, scopes=frozenset({"events:write"}))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (world.admin(), replace(world.admin(), subject="another"), True),
        (world.admin(), replace(world.admin(), courses=frozenset({"x"}), scopes=frozenset({"y"})), True),
        (world.admin(), replace(world.admin(), expires_at=world.NOW, token=TokenFacts(id="t")), True),
        (world.admin(), TEACHER, False),
        (world.learner(), world.learner(), True),
        (world.learner(), world.learner(world.BEN), False),
        (TEACHER, world.instructor(world.ALGEBRA), True),
        (TEACHER, world.instructor(world.ALGEBRA, world.BOTANY), False),
        (TEACHER, ADA_TEACHES, False),
        (SERVICE, replace(SERVICE, subject="another"), True),
        (SERVICE, replace(SERVICE, scopes=frozenset()), False),
        (SERVICE, replace(SERVICE, authenticated=False), False),
    ],
)
def test_rights_are_equal_if_the_rules_of_records_cannot_tell_the_viewers_apart(
    one: Viewer, other: Viewer, equal: bool
) -> None:
    assert (rights_of(one) == rights_of(other)) is equal


async def test_a_group_has_one_document_operation_and_values_of_the_variables_that_events_read() -> None:
    peer = await peer_of(TEACHER)
    key = await key_of(peer, {"course": world.ALGEBRA, "after": "x", "all": True})
    assert WATCH.event_variables("Watch") == {"all"}
    assert await key_of(peer, {"course": world.BOTANY, "all": True, "unused": 3}) == key
    assert await key_of(peer, {"course": world.ALGEBRA, "all": False}) != key
    assert await key_of(peer, {"course": world.ALGEBRA}) != key
    assert await key_of(peer, {"all": True}, document=document_of()) != key
    assert await key_of(peer, {"all": True}, name="Watch") != key


async def test_a_subscriber_with_very_long_variables_is_alone() -> None:
    peer = await peer_of(TEACHER)
    assert await key_of(peer, {"all": "x" * keys.LONGEST_VARIABLES}) is None
    assert await key_of(peer, {"all": 1 << 80}) is None
    assert await key_of(peer, {"after": "x" * keys.LONGEST_VARIABLES}) is not None


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("subscription ($c: String!) { presenceChanged(course: $c) { status } }", set()),
        ("subscription ($c: String!, $i: Boolean!) { presenceChanged(course: $c) @skip(if: $i) { status } }", {"i"}),
        (
            "subscription ($c: String!, $i: Boolean!) "
            "{ ... @include(if: $i) { presenceChanged(course: $c) { status } } }",
            {"i"},
        ),
        (
            "subscription ($c: String!, $i: Boolean!) { ...A } fragment A on Subscription { ...B @include(if: $i) }"
            "fragment B on Subscription { presenceChanged(course: $c) { ...C } }"
            "fragment C on Presence { learner { displayName } course { item(key: $c) { title } } }",
            {"c", "i"},
        ),
        (
            "subscription ($c: String!, $n: Int) { presenceChanged(course: $c) { learner { timeline(first: $n) "
            "{ edges { cursor } } } } }",
            {"n"},
        ),
    ],
)
def test_events_read_the_variables_outside_the_arguments_of_root_fields(text: str, variables: set[str]) -> None:
    assert document_of(text).event_variables(None) == variables
