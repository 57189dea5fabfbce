"""Progress in one item: facts that merge event by event, and the values derived from them.

Each fact is a minimum, a maximum, a sum, an *or* or a latest, so that events merge one at a time and in any order.
Source of the rules: cmi5 (moveOn, masteryScore, 10.2.4; verbs, 9.3).
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from stores.domain.catalog import Item, MoveOn
from stores.domain.events import Event, Verb
from stores.domain.progress import ItemProgress, ProgressState

ATTEMPTS = frozenset({Verb.ANSWERED, Verb.ATTEMPTED, Verb.PASSED, Verb.FAILED})
VIEWS = frozenset({Verb.VIEWED, Verb.EXPERIENCED})
ENROLLMENT_VERBS = frozenset({Verb.REGISTERED, Verb.UNREGISTERED})
NO_FACT = ENROLLMENT_VERBS | {Verb.VOIDED, Verb.POSTED, Verb.COMMENTED, Verb.RATED, Verb.OTHER}
STARTS = ATTEMPTS | {
    Verb.LAUNCHED,
    Verb.INITIALIZED,
    Verb.PLAYED,
    Verb.PAUSED,
    Verb.SEEKED,
    Verb.INTERACTED,
    Verb.PROGRESSED,
    Verb.ABANDONED,
    Verb.TERMINATED,
}


def not_started(registration: UUID, item: Item) -> ItemProgress:
    """The row of an item without events."""
    return merge(ItemProgress(registration=registration, item_key=item.key), (), item)


def outcome(event: Event, item: Item) -> bool | None:
    """Whether an attempt succeeded: by its verb, else by `success`, else by the mastery score; else unknown (None)."""
    if event.verb in (Verb.PASSED, Verb.FAILED):
        return event.verb is Verb.PASSED
    if event.success is not None:
        return event.success
    if event.score is None or item.mastery_score is None:
        return None
    return event.score >= item.mastery_score


def merge(row: ItemProgress, events: Iterable[Event], item: Item, *, added_ms: int = 0) -> ItemProgress:
    """The row after these further events of its item: its facts, and the values derived from them.

    `added_ms` is the time that the events add, which depends on their sessions (`time_spent.merge_durations`)."""
    attempts, completed, passed, waived = row.attempts, row.completed_at, row.passed_at, row.waived_at
    failed, started, viewed, progress = row.failed, row.started, row.viewed, row.progress
    best, scored, scored_at, scored_id = row.best_score, row.latest_score, row.latest_at, row.latest_id
    last = row.last_event_at
    for event in events:
        verb, at, reported = event.verb, event.at, event.progress
        last = latest(last, at)
        started = started or verb in STARTS
        if reported is not None:
            progress = max(progress, reported)
        if verb in VIEWS:
            viewed = True
        done = verb is Verb.COMPLETED or (reported is not None and reported >= item.completion_threshold)
        if done or (verb in VIEWS and item.complete_on_view):
            completed = earliest(completed, at)
        if verb is Verb.WAIVED:
            waived = earliest(waived, at)
        if verb in ATTEMPTS:
            attempts += 1
            success = outcome(event, item)
            if success:
                passed = earliest(passed, at)
            failed = failed or success is False
            if event.score is not None:
                best = event.score if best is None else max(best, event.score)
                if scored_at is None or scored_id is None or (at, event.id) > (scored_at, scored_id):
                    scored, scored_at, scored_id = event.score, at, event.id
    by_rule = rule_met_at(item.move_on, passed=passed, completed=completed)
    optional = item.move_on is MoveOn.NOT_APPLICABLE
    return ItemProgress(
        registration=row.registration,
        item_key=row.item_key,
        attempts=attempts,
        completed_at=completed,
        passed_at=passed,
        waived_at=waived,
        failed=failed,
        started=started,
        viewed=viewed,
        progress=progress,
        best_score=best,
        latest_score=scored,
        latest_at=scored_at,
        latest_id=scored_id,
        time_spent_ms=row.time_spent_ms + added_ms,
        last_event_at=last,
        state=item_state(waived, passed, completed, failed=failed, started=started, viewed=viewed),
        completion=progress if waived is None and completed is None and by_rule is None else 1.0,
        satisfied=optional or by_rule is not None or waived is not None,
        satisfied_at=None if optional else earliest(by_rule, waived),
    )


def rule_met_at(move_on: MoveOn, *, passed: datetime | None, completed: datetime | None) -> datetime | None:
    """When the learner first met the item's moveOn rule; None for NOT_APPLICABLE, and if it was not met."""
    match move_on:
        case MoveOn.PASSED:
            return passed
        case MoveOn.COMPLETED:
            return completed
        case MoveOn.COMPLETED_AND_PASSED:
            return None if passed is None or completed is None else max(passed, completed)
        case MoveOn.COMPLETED_OR_PASSED:
            return earliest(passed, completed)
        case MoveOn.NOT_APPLICABLE:
            return None


def item_state(
    waived: datetime | None,
    passed: datetime | None,
    completed: datetime | None,
    *,
    failed: bool,
    started: bool,
    viewed: bool,
) -> ProgressState:
    """The state of an item: the best of those that its facts allow."""
    if waived is not None:
        return ProgressState.WAIVED
    if passed is not None:
        return ProgressState.PASSED
    if completed is not None:
        return ProgressState.COMPLETED
    if failed:
        return ProgressState.FAILED
    if started:
        return ProgressState.IN_PROGRESS
    return ProgressState.VIEWED if viewed else ProgressState.NOT_STARTED


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two times, where None is no time."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def latest(one: datetime | None, other: datetime) -> datetime:
    """The later of two times, where None is no time."""
    return other if one is None or other > one else one
