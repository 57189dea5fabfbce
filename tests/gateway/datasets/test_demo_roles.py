"""The roles of the demo's front door: three learners who differ, the same for equal datasets."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.datasets.demo.courses import demo_courses
from gateway.datasets.demo.dataset import WEEKS, term_start
from gateway.datasets.demo.roles import AWAY, SEARCHED, demo_roles, is_latin
from gateway.datasets.demo.study_history import StudyHistory, study_history
from gateway.datasets.demo.study_plan import study_plan
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from resolvers.viewer import Role

MONDAY = datetime(2026, 3, 30, tzinfo=UTC)
SUNDAY = MONDAY + timedelta(days=6, hours=23)


def history_of(subject: str, seed: int, now: datetime) -> StudyHistory:
    term = term_start(now)
    courses = demo_courses(term - timedelta(days=30))
    plan = study_plan(int(subject.removeprefix("demo-")), seed=seed, term=term, courses=courses)
    return study_history(plan, seed=seed, term=term, now=now)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_learners_are_as_they_are_described_all_week(seed: int) -> None:
    roles = demo_roles(seed=seed, learners=SEARCHED, end=MONDAY)
    assert [role.viewer.role for role in roles] == [Role.ADMIN, Role.INSTRUCTOR, *[Role.LEARNER] * 3]
    assert [role.viewer for role in roles[:3]] == [ADMIN, INSTRUCTOR, LEARNER]
    assert len({role.viewer.subject for role in roles}) == len({role.description for role in roles}) == 5
    *_, online, finished, away = roles
    for now in (MONDAY, SUNDAY):
        assert history_of(online.viewer.subject, seed, now).current is not None
        assert any(simulator.finished for simulator in history_of(finished.viewer.subject, seed, now).simulators)
        history = history_of(away.viewer.subject, seed, now)
        assert not any(simulator.finished for simulator in history.simulators)
        assert max(event.at for event in history.events()) <= now - AWAY
        assert all(planned.open_at(now) for planned in history.plan.enrollments)
    assert not is_latin(away.name)
    assert [role for role in roles if role.resting] == [away]


def test_equal_datasets_have_equal_roles_on_each_day_of_a_week() -> None:
    roles = [demo_roles(seed=3, learners=SEARCHED, end=end) for end in (MONDAY, SUNDAY)]
    assert roles[0] == roles[1] == demo_roles(seed=3, learners=SEARCHED + 1_000, end=SUNDAY)
    assert term_start(SUNDAY) + timedelta(weeks=WEEKS) == MONDAY


def test_a_dataset_of_one_learner_has_that_one() -> None:
    assert [role.viewer for role in demo_roles(seed=1, learners=1, end=MONDAY)] == [ADMIN, INSTRUCTOR, LEARNER]


@pytest.mark.parametrize(("name", "latin"), [("Éva Nagy", True), ("Ελένη", False), ("王伟", False), ("אור", False)])
def test_latin_names(name: str, latin: bool) -> None:
    assert is_latin(name) == latin
