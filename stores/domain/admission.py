"""Admission: which events and enrolments the ledger accepts. Every backend of progress follows these rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from stores.domain.documents import fault_of, holds_nul
from stores.domain.events import Event, Verb
from stores.domain.keys import fits_index
from stores.domain.paging import CLEAN_TEXT
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.domain.quick_records import maker
from stores.errors import Rejected

# To look a member of an enum up costs a call in Python.
VOIDED = Verb.VOIDED
make_verdict = maker(Verdict)
ACCEPTED, DUPLICATE, REJECTED = VerdictStatus.ACCEPTED, VerdictStatus.DUPLICATE, VerdictStatus.REJECTED


class LedgerEntry(NamedTuple):
    """The registration, the digest (`event_digest.digest`) and the slot that the ledger has for an event id. `slot` is
    None for an event that is being admitted."""

    registration: UUID
    digest: bytes
    slot: int | None = None


def admit(
    events: Sequence[Event],
    digests: Sequence[bytes],
    *,
    known: Mapping[UUID, LedgerEntry],
    enrollments: Mapping[UUID, Enrollment],
    item_keys: Mapping[UUID, Collection[str]],
) -> list[Verdict]:
    """The verdicts on these events, in order.

    `digests`: one for each event. `known`: the ledger's entries for the events' ids and for the ids that they void.
    `enrollments`, `item_keys`: by registration, for those of the events' registrations that exist.

    If the registration belongs to another learner or course, the verdict is UNKNOWN_REGISTRATION, never DUPLICATE.
    Voids are decided last, so that the order within a batch does not matter. A void whose target belongs to another
    registration is INVALID_VOID as soon as both are known."""
    entries = dict(known)
    verdicts: list[Verdict | None] = [None] * len(events)
    voids = [place for place, event in enumerate(events) if event.verb is VOIDED]
    others = (
        range(len(events)) if not voids else [place for place, event in enumerate(events) if event.verb is not VOIDED]
    )
    for place in chain(others, voids):
        event = events[place]
        key = event.id
        known_as = entries.get(key)
        if names_other_enrollment(event, enrollments):
            verdicts[place] = Verdict(id=key, status=REJECTED, code="UNKNOWN_REGISTRATION")
        elif known_as is not None:
            same = known_as.digest == digests[place] and known_as.registration == event.registration
            verdicts[place] = (
                Verdict(id=key, status=DUPLICATE) if same else Verdict(id=key, status=REJECTED, code="CONFLICT")
            )
        elif (code := rejection_code(event, entries, item_keys)) is not None:
            verdicts[place] = Verdict(id=key, status=REJECTED, code=code)
        else:
            entries[key] = LedgerEntry(event.registration, digests[place])
            verdicts[place] = make_verdict(id=key, status=ACCEPTED)
    return [verdict for verdict in verdicts if verdict is not None]


def with_slots(verdicts: Iterable[Verdict], slots: Mapping[UUID, int | None]) -> list[Verdict]:
    """The verdicts with the slots that the ledger has now, by event id; rejected events have none."""
    return [
        verdict
        if verdict.status is REJECTED
        else make_verdict(id=verdict.id, status=verdict.status, slot=slots[verdict.id])
        for verdict in verdicts
    ]


def accepted_registrations(events: Sequence[Event], verdicts: Sequence[Verdict]) -> set[UUID]:
    """The registrations that have at least one accepted event."""
    both = zip(events, verdicts, strict=True)
    return {event.registration for event, verdict in both if verdict.status is ACCEPTED}


def names_other_enrollment(event: Event, enrollments: Mapping[UUID, Enrollment]) -> bool:
    """Whether the event's registration belongs to another learner or course."""
    row = enrollments.get(event.registration)
    return row is not None and (row.learner_id != event.learner_id or row.course_key != event.course_key)


def rejection_code(
    event: Event, entries: Mapping[UUID, LedgerEntry], item_keys: Mapping[UUID, Collection[str]]
) -> str | None:
    """The code of why the ledger cannot accept an event, or None."""
    keys = item_keys.get(event.registration)
    if keys is None:
        return "UNKNOWN_REGISTRATION"
    if event.item_key is not None and event.item_key not in keys:
        return "UNKNOWN_ITEM"
    if event.verb is not VOIDED:
        return None
    target = None if event.voids is None else entries.get(event.voids)
    if event.voids is None or (target is not None and target.registration != event.registration):
        return "INVALID_VOID"
    return None


def check_enrollments(enrollments: Iterable[Enrollment]) -> None:
    """`Rejected` if a store could not keep one of the enrolments and give it back exactly."""
    for row in enrollments:
        if not CLEAN_TEXT.fullmatch(row.learner_id + row.course_key):
            raise Rejected("progress", f"enrolment {row.registration}: text that is not Unicode, or has a NUL")
        if not fits_index(row.learner_id, row.course_key):
            raise Rejected("progress", f"enrolment {row.registration}: its learner id and course key are too long")
        fault = fault_of(row.attributes) or ("text with a NUL" if holds_nul(row.attributes) else None)
        if fault:
            raise Rejected("progress", f"enrolment {row.registration}: {fault}")
