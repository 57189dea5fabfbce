"""Every event that passes the rules can be kept by every store."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as some

from resolvers.writes.event_faults import Interaction, problem_with_event
from resolvers.writes.interactions import event_of
from stores.domain.event_digest import digest
from stores.domain.event_validity import check_events
from stores.domain.events import Verb
from stores.domain.progress import Enrollment
from tests.resolvers import world

texts = some.none() | some.just("fine") | some.text(alphabet=some.sampled_from("a\0\ud800 é\n"), max_size=3)
numbers = some.none() | some.floats(0, 1) | some.floats()
documents = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | texts,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=2), inner, max_size=3),
)
interactions = some.builds(
    Interaction,
    id=some.just(UUID(int=1)),
    registration=some.just(UUID(int=2)),
    verb=some.sampled_from(Verb),
    verb_iri=texts,
    item_key=texts,
    at=some.just(world.NOW),
    score=numbers,
    success=some.none() | some.booleans(),
    progress=numbers,
    duration_seconds=numbers,
    position=numbers,
    session_id=texts,
    voids=some.none() | some.just(UUID(int=3)),
    extensions=documents,
)


@settings(derandomize=True, deadline=None, max_examples=1_000)
@given(interaction=interactions)
def test_every_store_can_keep_a_valid_event(interaction: Interaction) -> None:
    """A store refuses a whole batch for one event that it cannot return exactly."""
    if problem_with_event(interaction, world.NOW) is None:
        row = Enrollment(registration=interaction.registration, learner_id="u", course_key="c", course_version=1)
        event = event_of(interaction, row)
        check_events([event], store="progress")
        assert digest(event)
