"""The viewers whom the demo's front door offers: an ADMIN, an instructor, and three learners who differ tellingly."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.datasets.demo.courses import demo_courses
from gateway.datasets.demo.dataset import WEEKS, term_start
from gateway.datasets.demo.study_history import StudyHistory, current_session, study_history
from gateway.datasets.demo.study_plan import study_plan
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from resolvers.viewer import Role, Viewer

SEARCHED = 200
"""How many learners at most are considered."""
AWAY = timedelta(days=14)


class DemoRole(NamedTuple):
    """A viewer to choose: their name, and a line that says who they are. `resting`: the line is wrong if they study."""

    viewer: Viewer
    name: str
    description: str
    resting: bool = False


def demo_roles(*, seed: int, learners: int, end: datetime) -> list[DemoRole]:
    """The roles of a dataset that ends at `end`.

    The learners: the first, who is online; one with a certificate; one at risk. Equal datasets have equal roles, on
    each day of the week of `end`, but for learners who happen to study at `end`. If there are very few learners, the
    last two kinds may be missing."""
    term = term_start(end)
    week = term + timedelta(weeks=WEEKS)
    courses = demo_courses(term - timedelta(days=30))
    plans = [study_plan(n, seed=seed, term=term, courses=courses) for n in range(1, min(learners, SEARCHED) + 1)]

    def histories(until: datetime) -> Iterator[StudyHistory]:
        return (study_history(plan, seed=seed, term=term, now=until) for plan in plans[1:])

    first, silent = plans[0], {plan.number for plan in plans if current_session(plan, seed=seed, now=end) is None}
    whole_week = (each for each in histories(week + timedelta(weeks=1)) if each.plan.number in silent)
    return [
        DemoRole(ADMIN, "Administrator", f"Looks after all {len(courses)} courses and their learners"),
        DemoRole(INSTRUCTOR, "Instructor", f"Teaches {len(INSTRUCTOR.courses)} of the {len(courses)} courses"),
        DemoRole(LEARNER, first.profile.display_name, f"Online now, studies {first.enrollments[0].course.title}"),
        *certified(histories(week), at=week),
        *at_risk(whole_week, since=week - AWAY),
    ]


def certified(histories: Iterable[StudyHistory], *, at: datetime) -> list[DemoRole]:
    """The first learner who has finished a course in which they are enrolled at that moment."""
    for history in histories:
        for planned, simulator in zip(history.plan.enrollments, history.simulators, strict=True):
            if simulator.finished and planned.open_at(at):
                return [learner_role(history, f"Has a certificate of {planned.course.title}")]
    return []


def at_risk(histories: Iterable[StudyHistory], *, since: datetime) -> list[DemoRole]:
    """The first learner who has finished no course and has not studied `since`; one whose name is not in Latin script
    if there is one."""
    away = [each for each in histories if is_away(each, since)]
    away.sort(key=lambda each: is_latin(each.plan.profile.display_name))
    return [
        learner_role(
            each, f"At risk: has not studied {each.plan.enrollments[0].course.title} for two weeks", resting=True
        )
        for each in away[:1]
    ]


def is_away(history: StudyHistory, since: datetime) -> bool:
    """Whether the learner has studied and is enrolled in all of it, has finished none of it, and paused it `since`."""
    enrolled = all(planned.open_at(history.now) for planned in history.plan.enrollments)
    finished = any(simulator.finished for simulator in history.simulators)
    studied = any(event.session_id is not None for event in history.events())
    return enrolled and not finished and studied and all(event.at <= since for event in history.events())


def is_latin(name: str) -> bool:
    """Whether a name begins in Latin script."""
    return unicodedata.name(name[0], "").startswith("LATIN")


def learner_role(history: StudyHistory, description: str, *, resting: bool = False) -> DemoRole:
    """The role of a generated learner."""
    profile = history.plan.profile
    viewer = Viewer(subject=profile.learner_id, role=Role.LEARNER)
    return DemoRole(viewer, profile.display_name, description, resting)
