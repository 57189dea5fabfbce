"""Time spent, compared with the rule written out plainly."""

from collections import defaultdict
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as some

from stores.domain.events import Event, Verb
from stores.domain.item_progress import NO_FACT
from stores.domain.progress_projection import course_index, fold, initial_state, without_voided
from tests.stores.learning import ITEMS, enrollment, events

INDEX = course_index(ITEMS)
WHOLE = {Verb.COMPLETED, Verb.PASSED, Verb.FAILED, Verb.TERMINATED, Verb.ABANDONED}


def expected(made: list[Event], item_key: str) -> int:
    """Per session the longest report of the whole or the sum of the others, whichever is more."""
    total = 0
    whole: defaultdict[str, list[int]] = defaultdict(lambda: [0])
    parts: defaultdict[str, int] = defaultdict(int)
    for event in made:
        if event.item_key != item_key or event.verb in NO_FACT or event.duration_ms is None:
            continue
        if event.session_id is None:
            total += event.duration_ms
        elif event.verb in WHOLE:
            whole[event.session_id].append(event.duration_ms)
        else:
            parts[event.session_id] += event.duration_ms
    return total + sum(max(*whole[session], parts[session]) for session in {*whole, *parts})


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    made=some.lists(
        events(ids=30, registrations=[1], item_keys=["quiz", "video"]), max_size=14, unique_by=lambda e: e.id
    ),
    chance=some.randoms(use_true_random=False),
)
def test_any_order_and_any_batches_give_the_time_that_the_rule_says(made: list[Event], chance: Random) -> None:
    state, kept = initial_state(enrollment(1), INDEX), without_voided(made)
    left = chance.sample(kept, len(kept))
    while left:
        size = chance.randint(1, len(left))
        state, left = fold(state, left[:size], INDEX), left[size:]
    spent = {key: row.time_spent_ms for key, row in state.items.items()}
    assert spent == {key: expected(kept, key) for key in spent}
    assert state.course.time_spent_ms == sum(spent.values())
