"""Cases of the kitchen sink: a random document over a random world."""

import re
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, cast

from graphql import OperationType

from resolvers.context import ExecutorName, Peer
from resolvers.strawberry_internals import core_schema
from stores.ports.stores import Stores
from tests.oracle.cases import ALIKE, LATENCY, WIDE, Case
from tests.oracle.documents import DocumentMaker
from tests.oracle.input_values import Hints
from tests.oracle.kitchen_sink.faults import WorldMaker
from tests.oracle.kitchen_sink.query import KITCHEN_SINK
from tests.resolvers import world

HINTS: Hints = {
    "key": ("p0", "p1", "p2", "p3", "p5", "gone", "forbidden"),
    "first": (0, 1, 2, 3, 3, 4, 5),
    "times": (0, 1, 2, 3),
    "number": (0, 1, 2, 3),
    "turns": (0, 1, 2, 3),
    "factor": (1, 2, 0.5),
    "size": (3, 15, 16, 20),
}
SHARES = (0, 0, 0.03, 0.15)
"""Shares of values that are wrong."""
ASYNCHRONOUS = re.compile(r"\b(mutation|maybe|later|soon|seen|pack|must|families|residents)\b")
"""Fields whose resolvers or derived paths take turns of the event loop."""


def kitchen_case(chance: Random, school: Stores) -> Case:
    """A case of the kitchen sink. The peers have the school's health."""
    share = chance.choice(SHARES)
    alike = chance.random() < ALIKE
    made = WorldMaker(chance, share, LATENCY if alike else None).world()
    request = DocumentMaker(core_schema(KITCHEN_SINK), chance, HINTS, frozenset()).request(
        OperationType.MUTATION if chance.random() < 0.1 else OperationType.QUERY
    )
    viewer = chance.choice([world.admin(), world.learner()])
    deadline = timedelta() if made.stuck else timedelta(seconds=20)

    def peer_of(executor: ExecutorName) -> Peer:
        return replace(
            world.peer_of(school, viewer),
            stores=cast("Stores", cast("Any", made)),
            deadlines=dict.fromkeys(("pets", "homes", "scales"), deadline),
            limits=WIDE,
            executor=executor,
            compile_after=0,
        )

    described = f"kitchen sink, {viewer.role.name}, {share:.0%} wrong, failing {[*made.failing, *made.stuck]}"
    return Case(KITCHEN_SINK, request, peer_of, described, alike and ASYNCHRONOUS.search(request.text) is None)
