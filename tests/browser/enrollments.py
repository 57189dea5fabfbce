"""Learners of a test's own, enrolled in a course of the demo."""

from gateway.datasets.demo.courses import SQL101
from tests.browser.demo import Demo

NEW_LEARNER = """mutation ($input: CreateLearnerInput!) {
  createLearner(input: $input) { learner { id } errors { message } }
}"""
ENROLL = """mutation ($input: EnrollInput!) {
  enroll(input: $input) { enrollment { registration } errors { message } }
}"""


async def new_enrollment(demo: Demo, learner: str, name: str | None = None) -> str:
    """The registration of a new learner with this key in SQL101. The name is the key unless it is given."""
    profile = {"learnerId": learner, "displayName": name or learner, "locale": "en", "timeZone": "UTC"}
    created = (await demo.ask(NEW_LEARNER, {"input": profile}))["createLearner"]
    assert created["errors"] == []
    given = {"learner": created["learner"]["id"], "course": SQL101}
    enrolled = (await demo.ask(ENROLL, {"input": given}))["enroll"]
    assert enrolled["errors"] == []
    registration: str = enrolled["enrollment"]["registration"]
    return registration
