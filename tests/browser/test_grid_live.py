"""The dashboard's table follows the course: updates, lost connections, expired cursors and presence."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import INSTRUCTOR
from resolvers.viewer import Role, Viewer
from tests.browser.broken_sockets import BrokenSockets
from tests.browser.demo import Demo
from tests.browser.enrollments import new_enrollment
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

COURSE = f"/dashboard?course={SQL101.replace('+', '%2B')}"
PROGRESS = """mutation ($input: SetItemProgressInput!) {
  setItemProgress(input: $input) { enrollment { progress { completion } } errors { code } }
}"""
ITEMS = "query ($r: UUID!) { enrollment(registration: $r) { items(first: 20) { edges { node { itemKey } } } } }"
HEARTBEAT = "mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { errors { code } } }"


@dataclass(slots=True)
class Student:
    """A new learner of the course, with the keys of its items."""

    name: str
    registration: str
    items: list[str]

    def row(self, page: Page) -> Locator:
        return page.locator(f"tr[data-registration='{self.registration}']")


async def enrolled(demo: Demo, name: str) -> Student:
    """A learner who is enrolled now: the first row of the order by enrolment."""
    registration = await new_enrollment(demo, name)
    answer = await demo.ask(ITEMS, {"r": registration})
    return Student(name, registration, [edge["node"]["itemKey"] for edge in answer["enrollment"]["items"]["edges"]])


async def completes(demo: Demo, student: Student, item: int) -> str:
    """The learner completes an item. Returns the new completion of the course, as the page shows it."""
    done = {"registration": student.registration, "itemKey": student.items[item], "progress": 1.0}
    answer: Any = await demo.ask(PROGRESS, {"input": done})
    assert answer["setItemProgress"]["errors"] == []
    return f"{answer['setItemProgress']['enrollment']['progress']['completion']:.0%}"


async def opened(visits: Visits, demo: Demo, sockets: BrokenSockets, student: Student) -> Page:
    """The table with the newest learners first, live."""
    page = await visits.open("/", token=demo.token(INSTRUCTOR))
    await sockets.watch(page)
    await page.goto(f"{demo.origin}{COURSE}&sort=ENROLLED_AT")
    await expect(student.row(page)).to_be_visible()
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    return page


async def test_another_process_changes_a_row_where_it_stands(visits: Visits, demo: Demo) -> None:
    student = await enrolled(demo, "grid-row")
    page = await opened(visits, demo, BrokenSockets(), student)
    before = await page.locator("tr[data-registration]").evaluate_all(
        "rows => rows.map(row => row.dataset.registration)"
    )
    completion = await completes(demo, student, 0)
    await expect(student.row(page)).to_contain_text(completion)
    await expect(student.row(page)).to_contain_text("1 of 19 items")
    await expect(page.get_by_role("button", name="Sort again")).to_be_enabled()
    after = await page.locator("tr[data-registration]").evaluate_all(
        "rows => rows.map(row => row.dataset.registration)"
    )
    assert after == before


async def test_a_live_change_keeps_what_is_typed_in_a_filter(visits: Visits, demo: Demo) -> None:
    student = await enrolled(demo, "grid-typed")
    page = await opened(visits, demo, BrokenSockets(), student)
    below = page.get_by_label("Below %")
    await below.fill("90")
    await expect(student.row(page)).to_contain_text(await completes(demo, student, 0))
    await expect(below).to_have_value("90")
    await below.blur()
    await expect(page).to_have_url(re.compile("below=90"))


async def test_a_change_outside_of_the_page_is_counted_until_it_is_sorted_again(visits: Visits, demo: Demo) -> None:
    student = await enrolled(demo, "grid-outside")
    page = await visits.open(f"{COURSE}&sort=ENROLLED_AT&direction=ASC", token=demo.token(INSTRUCTOR))
    await expect(page.locator("tr[data-registration]")).to_have_count(50)
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await completes(demo, student, 0)
    await completes(demo, student, 1)
    await expect(page.get_by_text("1 learner outside of this page changed.")).to_be_visible()
    await page.get_by_role("button", name="Sort again").click()
    await expect(page.get_by_text("outside of this page changed")).to_have_count(0)


async def test_a_lost_connection_continues_behind_its_cursor(visits: Visits, demo: Demo) -> None:
    student, sockets = await enrolled(demo, "grid-cursor"), BrokenSockets()
    page = await opened(visits, demo, sockets, student)
    await expect(student.row(page)).to_contain_text(await completes(demo, student, 0))
    await sockets.cut()
    await expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    completion = await completes(demo, student, 1)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.post_data or ""))
    sockets.is_down = False
    await expect(student.row(page)).to_contain_text(completion, timeout=20_000)
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    assert sockets.subscribed[0]["after"] is None
    assert sockets.subscribed[-1]["after"] is not None
    assert not any('"DashboardRows"' in request for request in requests)


async def test_an_expired_cursor_reads_everything_again(visits: Visits, demo: Demo) -> None:
    student, sockets = await enrolled(demo, "grid-expired"), BrokenSockets()
    page = await opened(visits, demo, sockets, student)
    await expect(student.row(page)).to_contain_text(await completes(demo, student, 0))
    await sockets.cut()
    completion = await completes(demo, student, 1)
    sockets.expires_cursors, sockets.is_down = True, False
    await expect(student.row(page)).to_contain_text(completion, timeout=20_000)
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    assert sockets.subscribed[-1]["after"] is None
    assert sockets.subscribed[-2]["after"] is not None
    await expect(student.row(page)).to_contain_text(await completes(demo, student, 2))


async def test_without_a_cursor_a_lost_connection_reads_everything_again(visits: Visits, demo: Demo) -> None:
    student, sockets = await enrolled(demo, "grid-no-cursor"), BrokenSockets()
    page = await opened(visits, demo, sockets, student)
    await sockets.cut()
    completion = await completes(demo, student, 0)
    sockets.is_down = False
    await expect(student.row(page)).to_contain_text(completion, timeout=20_000)


async def test_a_connection_that_hangs_is_replaced(visits: Visits, demo: Demo) -> None:
    student, sockets = await enrolled(demo, "grid-hangs"), BrokenSockets()
    page = await visits.open("/", token=demo.token(INSTRUCTOR))
    await page.clock.install()
    await sockets.watch(page)
    await page.goto(f"{demo.origin}{COURSE}&sort=ENROLLED_AT")
    await expect(student.row(page)).to_be_visible()
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    sockets.hang()
    await page.clock.run_for(10_000)  # a ping
    await page.clock.run_for(5_000)  # and no pong
    await page.clock.run_for(2_000)
    completion = await completes(demo, student, 0)
    await expect(student.row(page)).to_contain_text(completion, timeout=20_000)
    assert len(sockets.subscribed) == 2


async def test_an_update_that_comes_while_the_page_is_read_is_applied_after(visits: Visits, demo: Demo) -> None:
    student, sockets = await enrolled(demo, "grid-merge"), BrokenSockets()
    page = await opened(visits, demo, sockets, student)
    completion = ""

    async def hold(route: Any) -> None:
        nonlocal completion
        if '"DashboardRows"' not in (route.request.post_data or ""):
            await route.continue_()
            return
        answer = await route.fetch()
        completion = await completes(demo, student, 0)  # it comes before the answer, which is older
        await sockets.delivered(student.registration)
        await route.fulfill(response=answer)

    await page.route("**/graphql", hold)
    await page.get_by_label("State").select_option("Active")
    await expect(page.locator(".grid[aria-busy=false]")).to_be_visible()
    await expect(student.row(page)).to_contain_text("1 of 19 items")
    await expect(student.row(page)).to_contain_text(completion)


async def test_presence_is_shown_and_ends(visits: Visits, demo: Demo) -> None:
    student = await enrolled(demo, "grid-online")
    viewer = Viewer(subject=student.name, role=Role.LEARNER)
    page = await opened(visits, demo, BrokenSockets(), student)
    seen = {"registration": student.registration, "itemKey": student.items[0], "sessionId": "grid"}
    await demo.ask(HEARTBEAT, {"input": seen}, viewer=viewer)
    await expect(student.row(page)).to_contain_text("online")
    await demo.ask('mutation { endSession(input: {sessionId: "grid"}) { errors { code } } }', viewer=viewer)
    await expect(student.row(page).locator("[data-presence]")).to_have_count(0)


async def test_an_instructor_of_other_courses_gets_a_sentence(visits: Visits, demo: Demo) -> None:
    other = Viewer(subject="someone", role=Role.INSTRUCTOR, courses=frozenset({"course-v1:Demo+WRI101+2026"}))
    page = await visits.open(COURSE, token=demo.token(other))
    await expect(page.locator("[data-connection=ended]")).to_have_text("You may not follow this course.")
    await expect(page.locator("main [data-code=FORBIDDEN]")).to_be_visible()
