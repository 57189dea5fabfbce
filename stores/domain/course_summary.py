"""The numbers of a course: how many enrolments are in which state, how far they are, and what is done of each item."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from stores.domain.calendar import Span
from stores.domain.item_counts import NONE, ItemCounts, average, to_nano
from stores.domain.progress import EnrollmentState
from stores.domain.progress_projection import RegistrationState

STOPPED_AFTER = timedelta(days=14)
"""A learner without activity for longer has stopped."""
BIN_EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""The lower edges of the bins of completion, but for the first one, which begins at 0."""
COUNTED = (EnrollmentState.ACTIVE, EnrollmentState.COMPLETED)
"""The states of the enrolments that averages, bins and items are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSummary:
    """One item, over the ACTIVE and COMPLETED enrolments. The score is 0…1, None without one."""

    item_key: str
    started: int
    satisfied: int
    failed: int
    average_score: float | None
    stopped_here: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSummary:
    """A course. Averages (0…1, None without a value) and the ten bins of completion are over the ACTIVE and COMPLETED
    enrolments. `items`, by key, has those that any of these enrolments has progress in; None if they were not counted.
    """

    course_key: str
    active: int
    completed: int
    withdrawn: int
    average_completion: float | None
    average_score: float | None
    distribution: tuple[int, ...]
    items: tuple[ItemSummary, ...] | None

    @property
    def enrolled(self) -> int:
        """All enrolments."""
        return self.active + self.completed + self.withdrawn


class EnrollmentGroup(NamedTuple):
    """Enrolments of a course in one state. `bins`: how many are in each bin of completion. The sums of their completion
    and of their scores are in billionths."""

    state: EnrollmentState
    enrollments: int
    bins: tuple[int, ...]
    completion_nano: int
    scored: int
    score_nano: int


def last_item_key(state: RegistrationState) -> str | None:
    """The item of the learner's last activity, the greatest key among several. None if that activity is no fact of an
    item, such as a comment."""
    at = state.course.last_activity_at
    return max((row.item_key for row in state.items.values() if row.last_event_at == at), default=None) if at else None


def stopped_at(state: RegistrationState, *, now: datetime) -> str | None:
    """The item that the learner of an ACTIVE or COMPLETED enrolment stopped at; None if they did not, or at none."""
    at = state.course.last_activity_at
    stopped = state.enrollment.state in COUNTED and at is not None and at < now - STOPPED_AFTER
    return last_item_key(state) if stopped else None


def group_of(state: RegistrationState) -> EnrollmentGroup:
    """One enrolment as a group."""
    course = state.course
    place = bisect_right(BIN_EDGES, course.completion)
    return EnrollmentGroup(
        state=state.enrollment.state,
        enrollments=1,
        bins=tuple(int(number == place) for number in range(len(BIN_EDGES) + 1)),
        completion_nano=to_nano(course.completion),
        scored=int(course.score is not None),
        score_nano=0 if course.score is None else to_nano(course.score),
    )


def summarize(
    course_key: str,
    groups: Iterable[EnrollmentGroup],
    *,
    items: Mapping[str, ItemCounts] | None,
    stopped: Mapping[str, int],
) -> CourseSummary:
    """The summary of all enrolments of a course, of the counters of its items (None: they are left out), and of how
    many learners stopped at each."""
    every = list(groups)
    states = Counter[EnrollmentState]()
    for group in every:
        states[group.state] += group.enrollments
    counted = [group for group in every if group.state in COUNTED]
    return CourseSummary(
        course_key=course_key,
        active=states[EnrollmentState.ACTIVE],
        completed=states[EnrollmentState.COMPLETED],
        withdrawn=states[EnrollmentState.WITHDRAWN],
        average_completion=average(
            sum(group.completion_nano for group in counted), sum(group.enrollments for group in counted)
        ),
        average_score=average(sum(group.score_nano for group in counted), sum(group.scored for group in counted)),
        distribution=tuple(sum(group.bins[place] for group in counted) for place in range(len(BIN_EDGES) + 1)),
        items=None if items is None else item_summaries(items, stopped),
    )


def item_summaries(items: Mapping[str, ItemCounts], stopped: Mapping[str, int]) -> tuple[ItemSummary, ...]:
    """The items that have anything to count, by key."""
    counted = {key: counts for key, counts in items.items() if counts != NONE}
    return tuple(
        ItemSummary(
            item_key=key,
            started=counts.started,
            satisfied=counts.satisfied,
            failed=counts.failed,
            average_score=average(counts.score_nano, counts.scored),
            stopped_here=stopped.get(key, 0),
        )
        for key in sorted({*counted, *stopped})
        for counts in (counted.get(key, NONE),)
    )


def completions(times: Iterable[datetime], windows: Sequence[Span]) -> tuple[int, ...]:
    """How many of the times lie in each of the windows, which are sorted and adjoin."""
    starts, counts = [window.start for window in windows], [0] * len(windows)
    for at in times:
        place = bisect_right(starts, at) - 1
        if place >= 0 and at < windows[place].end:
            counts[place] += 1
    return tuple(counts)
