"""What becomes of an event that is handed to the ledger: the one set of rules that every backend of progress obeys."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from stores.domain.documents import fault_of, holds_nul
from stores.domain.events import Event, Verb
from stores.domain.keys import fits_index
from stores.domain.paging import CLEAN_TEXT
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.errors import Rejected


class LedgerEntry(NamedTuple):
    """What the ledger holds under an id."""

    registration: UUID
    digest: bytes


def admit(
    events: Sequence[Event],
    digests: Sequence[bytes],
    *,
    known: Mapping[UUID, LedgerEntry],
    enrollments: Mapping[UUID, Enrollment],
    item_keys: Mapping[UUID, Collection[str]],
) -> list[Verdict]:
    """A verdict an event, in order. `digests`: those of the events; `known`: what the ledger holds of the events' ids
    and of the ids they void; `enrollments`, `item_keys`: those of each known registration among the events'.

    An event names the learner and the course that its sender knows the registration by: where another enrolment was
    first to take that registration, it is an UNKNOWN_REGISTRATION, and no DUPLICATE of what that one did either.

    Voids are judged after all else, so that the order within a batch does not matter: a target of another registration
    is INVALID_VOID once both are known."""
    seen = dict(known)
    verdicts: dict[int, Verdict] = {}
    order = sorted(range(len(events)), key=lambda place: events[place].verb is Verb.VOIDED)
    for place in order:
        event = events[place]
        code = rejection_code(event, seen, item_keys)
        mark = LedgerEntry(event.registration, digests[place])
        if names_other_enrollment(event, enrollments):
            verdicts[place] = Verdict(id=event.id, status=VerdictStatus.REJECTED, code="UNKNOWN_REGISTRATION")
        elif event.id in seen and seen[event.id] == mark:
            verdicts[place] = Verdict(id=event.id, status=VerdictStatus.DUPLICATE)
        elif event.id in seen:
            verdicts[place] = Verdict(id=event.id, status=VerdictStatus.REJECTED, code="CONFLICT")
        elif code is not None:
            verdicts[place] = Verdict(id=event.id, status=VerdictStatus.REJECTED, code=code)
        else:
            seen[event.id] = mark
            verdicts[place] = Verdict(id=event.id, status=VerdictStatus.ACCEPTED)
    return [verdicts[place] for place in range(len(events))]


def accepted_registrations(events: Sequence[Event], verdicts: Sequence[Verdict]) -> set[UUID]:
    """The registrations that got something new."""
    both = zip(events, verdicts, strict=True)
    return {event.registration for event, verdict in both if verdict.status is VerdictStatus.ACCEPTED}


def names_other_enrollment(event: Event, enrollments: Mapping[UUID, Enrollment]) -> bool:
    """Whether its registration is another learner's, or another course's."""
    row = enrollments.get(event.registration)
    return row is not None and (row.learner_id, row.course_key) != (event.learner_id, event.course_key)


def rejection_code(
    event: Event, seen: Mapping[UUID, LedgerEntry], item_keys: Mapping[UUID, Collection[str]]
) -> str | None:
    """Why an event cannot be kept, or None."""
    if event.registration not in item_keys:
        return "UNKNOWN_REGISTRATION"
    if event.item_key is not None and event.item_key not in item_keys[event.registration]:
        return "UNKNOWN_ITEM"
    if event.verb is not Verb.VOIDED:
        return None
    target = None if event.voids is None else seen.get(event.voids)
    if event.voids is None or (target is not None and target.registration != event.registration):
        return "INVALID_VOID"
    return None


def check_enrollments(enrollments: Iterable[Enrollment]) -> None:
    """`Rejected` when one of them could not be kept and given back exactly."""
    for row in enrollments:
        if not CLEAN_TEXT.fullmatch(row.learner_id + row.course_key):
            raise Rejected("progress", f"enrolment {row.registration}: text that is not Unicode, or has a NUL")
        if not fits_index(row.learner_id, row.course_key):
            raise Rejected("progress", f"enrolment {row.registration}: its learner id and course key are too long")
        if fault := fault_of(row.attributes) or nul_in(row.attributes):
            raise Rejected("progress", f"enrolment {row.registration}: {fault}")


def nul_in(document: Mapping[str, Any]) -> str | None:
    return "text with a NUL" if holds_nul(document) else None
