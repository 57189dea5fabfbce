"""Waivers for the students who passed a run: the institution's final result decides completion.

The dataset lacks the results of most exams, and the university's rule of who passes is not ours. So each required item
that the events of a Pass or Distinction do not satisfy gets a WAIVED event, dated 12:00Z of the run's last day
(`module_presentation_length` days after its start), with `extensions.reason` = "final_result".
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from gateway.datasets.oulad.course import day_zero
from gateway.datasets.oulad.events import NOON, EventBuilder
from gateway.datasets.oulad.rows import Run, Student
from stores.domain.events import Event, Verb
from stores.domain.progress import Enrollment
from stores.domain.progress_projection import CourseIndex, fold, initial_state

PASSING_RESULTS = frozenset({"Pass", "Distinction"})


def waivers_of(
    student: Student, run: Run, enrollment: Enrollment, events: Sequence[Event], index: CourseIndex
) -> Iterator[Event]:
    """The WAIVED events of one student in one run; none unless the final result is a Pass or a Distinction.

    `events` are all others of the enrolment. They alone decide what is waived, so that a repeated import makes the
    same waivers. An enrolment that ends with UNREGISTERED gets waivers, too, and stays WITHDRAWN."""
    if student.final_result not in PASSING_RESULTS:
        return
    at = day_zero(run.key) + timedelta(days=run.days) + NOON
    builder = EventBuilder(student.key)
    items = fold(initial_state(enrollment, index), events, index).items
    for item in index.required:
        row = items.get(item.key)
        if row is None or not row.satisfied:
            yield builder.build(
                Verb.WAIVED,
                f"studentInfo/{builder.place}/final_result/{item.key}",
                at,
                item_key=item.key,
                extensions={"reason": "final_result"},
            )
