"""Changes: the rows that a transaction of progress writes, all but the ledger's. `saving.py` writes them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from stores.domain.activity import ActivityCount
from stores.domain.item_counts import ItemCounts, counts_change
from stores.domain.outbox import Commit, Consumer
from stores.domain.progress import Certificate, Enrollment
from stores.domain.progress_projection import RegistrationState
from stores.domain.sessions import ResumePoint
from stores.sql.outbox.recent_commits import RecentCommits
from stores.sql.outbox.rows import outbox_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The rows that a transaction writes, except those of the ledger."""

    states: list[tuple[RegistrationState, RegistrationState]] = field(default_factory=list)
    """Each state before and after."""
    refolded: list[UUID] = field(default_factory=list)
    """Registrations folded from their whole ledger: sessions that are not in their state are deleted, and all sort
    values are written."""
    uncounted: list[UUID] = field(default_factory=list)
    """Registrations that no version with summaries has written: all sort values are written."""
    numbers: dict[UUID, int] = field(default_factory=dict)
    """The number of each registration's last commit."""
    resume_points: list[ResumePoint] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    voided: list[tuple[UUID, UUID]] = field(default_factory=list)
    """Registrations and events: a resume point that such an event made is deleted."""
    activity: list[tuple[Enrollment, ActivityCount]] = field(default_factory=list)
    """What is added to the activity of these enrolments (`activity_change`)."""
    item_counts: list[tuple[str, Mapping[str, ItemCounts]]] = field(default_factory=list)
    """What is added to the counters of the items of these courses (`counts_change`)."""
    outbox_rows: list[tuple[object, ...]] = field(default_factory=list)
    """Rows of the outbox."""
    recent: RecentCommits = field(default_factory=RecentCommits)
    """Where the commits of these rows are kept for the relay of this process."""

    def add(
        self,
        before: RegistrationState,
        after: RegistrationState,
        commit: Commit,
        *,
        counted: bool,
        codes: Callable[[], str],
        consumers: Iterable[Consumer],
    ) -> None:
        """Add what one commit changes: its rows, its certificate and its outbox rows for `consumers`. `counted` as in
        `replace`."""
        key = commit.registration
        self.replace(before, after, number=commit.number, counted=counted)
        self.voided.extend((key, event.id) for event in commit.voided)
        if commit.resume is not None:
            self.resume_points.append(commit.resume)
        satisfied_at = after.course.satisfied_at
        if satisfied_at is not None and before.course.satisfied_at is None:
            self.certificates.append(Certificate(registration=key, issued_at=satisfied_at, verify_code=codes()))
        for consumer in consumers:
            if (part := commit.for_consumer(consumer)) is not None:
                values = outbox_values(part, consumer)
                self.outbox_rows.append(values)
                self.recent.keep(values.payload, part)

    def replace(self, before: RegistrationState, after: RegistrationState, *, number: int, counted: bool) -> None:
        """Add the rows of a registration. `number`: that of its last commit; `counted`: whether the items of `before`
        are in the counters of the course."""
        self.states.append((before, after))
        key = after.course.registration
        self.numbers[key] = number
        if not counted:
            self.uncounted.append(key)
        if change := counts_change(before if counted else None, after):
            self.item_counts.append((after.enrollment.course_key, change))
