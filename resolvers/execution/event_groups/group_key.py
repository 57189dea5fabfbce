"""What makes two subscribers members of one group: all that the result of an event depends on, except the event."""

from collections.abc import Hashable, Mapping
from dataclasses import fields, replace
from typing import Any

import orjson

from resolvers.context import Context, Peer
from resolvers.policy import rights
from resolvers.viewer import Viewer

BY_VALUE = frozenset({"limits", "policy", "timeout", "executor", "compile_after"})
"""The attributes of a Peer that members have in common."""
BY_IDENTITY = frozenset({"stores", "health", "guards", "topics", "deadlines", "now", "shared", "last_good"})
"""Those that all peers of a process share: members have the same object."""
TRACED = frozenset({"trace", "trace_cost", "traces_fields", "trace_plan"})
"""A traced subscription is executed alone: its trace shows its own store calls."""
OWN = frozenset({"admit", "charge", "keep_running", "on_subscribe", "take_events", "max_age", "trace_parent"})
"""Those that each subscriber keeps. The execution of a group has their defaults."""
OF_THE_FIRST = frozenset({"on_end", "traces"})
"""Those of the first member count for the group: they report and trace the events that the group executes."""
LONGEST_VARIABLES = 10_000
"""Bytes of JSON. A subscriber with longer ones is executed alone."""


def is_traced(peer: Peer) -> bool:
    """Whether the results of a peer show how they were made."""
    return any(getattr(peer, name) for name in TRACED)


def group_key(context: Context, operation_name: str | None, variables: Mapping[str, Any]) -> Hashable | None:
    """The key of the group of a subscriber, None if it has to be alone. `variables` are those of the request.

    Documents are compared by identity: the schema keeps those that are in use, if they are not too long."""
    peer, document = context.peer, context.document
    if document is None:
        return None
    try:
        names = document.event_variables(operation_name)
        read = {name: variables[name] for name in names if name in variables}
        given = orjson.dumps(read, option=orjson.OPT_SORT_KEYS).decode()  # its bytes keep a buffer of some KiB
    except TypeError:  # a number that JSON texts may have and orjson does not write
        return None
    if len(given) > LONGEST_VARIABLES:
        return None
    by_value = tuple(getattr(peer, name) for name in sorted(BY_VALUE))
    by_identity = tuple(id(getattr(peer, name)) for name in sorted(BY_IDENTITY))
    return document, operation_name, given, rights.rights_of(peer.viewer), by_value, by_identity


def shared_peer(peer: Peer) -> Peer:
    """The peer that executes the events of a group, without what is its first member's own."""
    viewer = replace(peer.viewer, **_defaults(Viewer, rights.OWN))
    return replace(peer, viewer=viewer, **_defaults(Peer, OWN))


def _defaults(kind: type[Any], names: frozenset[str]) -> dict[str, Any]:
    return {each.name: each.default for each in fields(kind) if each.name in names}
