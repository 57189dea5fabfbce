"""Attempts, computed from the events of a ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from stores.domain.events import Event
from stores.domain.item_progress import ATTEMPTS
from stores.domain.progress import Attempt
from stores.domain.progress_projection import without_voided


def attempts_of(ledger: Iterable[Event], outcomes: Mapping[UUID, bool | None]) -> list[Attempt]:
    """The attempts of one registration in the order of `(at, event_id)`. `outcomes`: by event id."""
    counts = Counter[str]()
    rows = []
    for event in sorted(without_voided(ledger), key=lambda event: (event.at, event.id)):
        if event.verb in ATTEMPTS and event.item_key is not None:
            counts[event.item_key] += 1
            rows.append(
                Attempt(
                    registration=event.registration,
                    number=counts[event.item_key],
                    event_id=event.id,
                    item_key=event.item_key,
                    at=event.at,
                    score=event.score,
                    success=outcomes[event.id],
                )
            )
    return rows
