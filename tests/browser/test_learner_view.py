"""A learner within the dashboard, as an instructor of the course sees them."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR
from resolvers.viewer import Role, Viewer
from tests.browser.demo import Demo
from tests.browser.enrollments import new_enrollment
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

COURSE = SQL101.replace("+", "%2B")
FACTS = """query ($registration: UUID!) {
  enrollment(registration: $registration) {
    learner { displayName timeline(course: "course-v1:Demo+SQL101+2026", first: 100) { edges { node { verb } } } }
    progress { completion score itemsDone itemsTotal }
    items(first: 100) { edges { node { itemKey locked } } }
    attempts(first: 20) { edges { node { eventId } } }
    certificate { verifyCode }
  }
}"""
PROGRESS = """mutation ($input: SetItemProgressInput!) { setItemProgress(input: $input) { errors { message } } }"""
HEARTBEAT = """mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { errors { message } } }"""
REVOKE = """mutation ($input: RevokeCertificateInput!) { revokeCertificate(input: $input) { errors { message } } }"""


def part(page: Page, name: str) -> Locator:
    """A part of the page."""
    return page.locator(f"[data-part={name}]")


async def test_a_learner_is_shown_as_the_schema_has_them(visits: Visits, demo: Demo, paths: Mapping[str, str]) -> None:
    [registration] = parse_qs(urlsplit(paths["learner"]).query)["registration"]
    page = await visits.open(paths["learner"], token=demo.token(INSTRUCTOR))
    found = (await demo.ask(FACTS, {"registration": registration}, viewer=INSTRUCTOR))["enrollment"]
    learner, progress = found["learner"], found["progress"]
    await expect(page.get_by_role("heading", level=1)).to_have_text(learner["displayName"])
    await expect(page.locator("[data-fact=completion] dd")).to_have_text(f"{progress['completion']:.0%}")
    await expect(page.locator("[data-fact=items] dd")).to_have_text(
        f"{progress['itemsDone']} of {progress['itemsTotal']}"
    )
    items = [edge["node"] for edge in found["items"]["edges"]]
    await expect(part(page, "items").locator("tr[data-item]")).to_have_count(len(items))
    await expect(part(page, "items").get_by_text("locked")).to_have_count(sum(item["locked"] for item in items))
    await expect(part(page, "attempts").locator("tbody tr")).to_have_count(len(found["attempts"]["edges"]))
    await expect(page.get_by_role("figure", name="Activity of the last 8 weeks")).to_be_visible()
    code = found["certificate"]["verifyCode"]
    await part(page, "certificate").get_by_role("link", name=f"Verify {code}").click()
    await page.wait_for_url(f"**/verify/{code}")


async def test_the_timeline_shows_more_and_only_a_kind_of_event(
    visits: Visits, demo: Demo, paths: Mapping[str, str]
) -> None:
    page = await visits.open(paths["learner"], token=demo.token(INSTRUCTOR))
    timeline = part(page, "timeline")
    await expect(timeline.locator("li")).to_have_count(25)
    await timeline.get_by_role("button", name="Show more").click()
    await expect(timeline.locator("li")).to_have_count(50)
    await timeline.get_by_label("Kind of event").select_option("Attempts")
    others = timeline.locator(
        "li:not([data-verb=PASSED], [data-verb=FAILED], [data-verb=ANSWERED], [data-verb=ATTEMPTED])"
    )
    await expect(others).to_have_count(0)
    await expect(timeline.locator("li[data-verb=PASSED]").first).to_contain_text(re.compile(r"Passed .+ · score \d+%"))


async def test_progress_and_resume_point_of_another_process_are_shown_live(visits: Visits, demo: Demo) -> None:
    registration = await new_enrollment(demo, "learner-live")
    page = await visits.open(f"/dashboard?course={COURSE}&registration={registration}", token=demo.token(INSTRUCTOR))
    await expect(page.get_by_text("The learner has not been at any item yet.")).to_be_visible()
    await expect(page.locator("[data-item=tables]")).to_have_attribute("data-state", "NOT_STARTED")

    given = {"registration": registration, "itemKey": "tables", "progress": 0.5}
    await demo.ask(PROGRESS, {"input": given})
    await expect(page.locator("[data-item=tables]")).to_have_attribute("data-state", "IN_PROGRESS")
    await expect(page.locator("[data-item=tables]")).to_contain_text("50%")
    await expect(part(page, "timeline").locator("li[data-verb=PROGRESSED]")).to_contain_text("What a table is")

    learner = Viewer(subject="learner-live", role=Role.LEARNER)
    place = {"registration": registration, "itemKey": "joins", "position": 472.0, "device": "phone"}
    await demo.ask(HEARTBEAT, {"input": place}, viewer=learner)
    await expect(part(page, "resume")).to_contain_text("Joins, drawn · 7:52")
    await expect(part(page, "session")).to_contain_text("Joins, drawn")
    await expect(page.locator("[data-presence=ONLINE]")).to_contain_text("online now")


async def test_a_revoked_certificate_is_shown_as_such(visits: Visits, demo: Demo) -> None:
    completed = """query ($course: String!) {
      enrollments(course: $course, state: [COMPLETED], first: 20) { edges { node { registration } } }
    }"""
    edges = (await demo.ask(completed, {"course": SQL101}))["enrollments"]["edges"]
    registration = edges[-1]["node"]["registration"]
    await demo.ask(REVOKE, {"input": {"registration": registration, "reason": "Issued by mistake"}}, viewer=ADMIN)
    page = await visits.open(f"/dashboard?course={COURSE}&registration={registration}", token=demo.token(INSTRUCTOR))
    await expect(part(page, "certificate")).to_contain_text(re.compile(r"Revoked .+\. Issued by mistake"))


async def test_the_way_back_keeps_the_order_of_the_learners(
    visits: Visits, demo: Demo, paths: Mapping[str, str]
) -> None:
    page = await visits.open(f"{paths['learner']}&order=LAST_ACTIVITY", token=demo.token(INSTRUCTOR))
    back = page.get_by_role("link", name="Back to the course")
    query = parse_qs(urlsplit(await back.get_attribute("href") or "").query)
    assert query == {"course": [SQL101], "order": ["LAST_ACTIVITY"]}
    await back.click()
    await expect(page.locator("[data-summary]")).to_be_visible()


async def test_a_learner_of_another_course_is_hidden(visits: Visits, demo: Demo, paths: Mapping[str, str]) -> None:
    stranger = Viewer(subject="stranger", role=Role.INSTRUCTOR, courses=frozenset({"course-v1:Demo+OTHER+2026"}))
    page = await visits.open(paths["learner"], token=demo.token(stranger))
    await expect(page.locator("[data-learner] > [data-code=FORBIDDEN]")).to_have_text("You may not see this.")
    await expect(page.locator("[data-part]")).to_have_count(0)
