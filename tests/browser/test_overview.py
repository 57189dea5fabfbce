"""A course's numbers and charts on the dashboard: what they show, and when they are read again."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Locator, Page, Request, WebSocket, expect

import gateway.web
from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR
from resolvers.viewer import Role, Viewer
from tests.browser.demo import Demo
from tests.browser.enrollments import new_enrollment
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

DOCUMENT = (Path(gateway.web.__file__).parent / "documents/dashboard_overview.graphql").read_text("utf-8")
PATH = f"/dashboard?course={SQL101.replace('+', '%2B')}"
SPACING_MS = 10_000
ACTIVITY, COMPLETIONS, DISTRIBUTION = "Activity", "Completions", "Distribution of completion"
CREATE = """mutation ($input: CreateCourseInput!) { createCourse(input: $input) { errors { message } } }"""
PROGRESS = """mutation ($input: SetItemProgressInput!) { setItemProgress(input: $input) { errors { message } } }"""
SHOW = """(hidden) => {
  const state = hidden ? "hidden" : "visible";
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Chromium without a window shows all of its tabs at once; the page learns by these that its tab is hidden or shown."""

CANVAS = "document.querySelector('figure canvas')"
DRAWN_WELL = f"""() => {{
  const canvas = {CANVAS}, frame = canvas.closest(".chart-frame");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {{ willReadFrequently: true }});
  copy.drawImage(canvas, 0, 0);
  const pixels = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) if (pixel >>> 24 === 255) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const [pixel] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
  const colour = `rgb(${{pixel & 255}}, ${{(pixel >>> 8) & 255}}, ${{(pixel >>> 16) & 255}})`;
  return canvas.kept && colour === getComputedStyle(frame).fill && canvas.clientWidth === frame.clientWidth;
}}"""
"""The first chart has bars of its theme's colour, is as wide as its place, and is in the canvas that was marked."""


def is_overview(request: Request) -> bool:
    """Whether a request reads the course's numbers and charts."""
    return request.method == "POST" and (request.post_data_json or {}).get("operationName") == "DashboardOverview"


def chart(page: Page, title: str) -> Locator:
    """A chart, by its title."""
    return page.get_by_role("figure", name=title, exact=True)


async def column(page: Page, title: str, number: int) -> Sequence[int]:
    """The whole numbers in a column of the chart's table."""
    cells = await chart(page, title).locator(f"tbody tr > :nth-child({number})").all_text_contents()
    return [int(cell.replace(",", "")) for cell in cells]


async def test_the_numbers_and_tables_are_those_of_the_schema(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/", token=demo.token(INSTRUCTOR))
    async with page.expect_request(is_overview) as sent:
        await page.goto(f"{demo.origin}{PATH}")
    await expect(page.locator("[data-summary]")).to_be_visible()
    course = await read(demo, await sent.value)
    summary = course["summary"]
    await expect(page.get_by_role("heading", name=course["title"], exact=True)).to_be_visible()
    for name in ("enrolled", "active", "completed", "withdrawn"):
        await expect(page.locator(f"[data-count={name}] dd")).to_have_text(f"{summary[name]:,}")
    for name in ("averageCompletion", "averageScore"):
        await expect(page.locator(f"[data-count={name}] dd")).to_have_text(f"{summary[name]:.0%}")
    assert await column(page, DISTRIBUTION, 2) == summary["distribution"]
    assert await column(page, ACTIVITY, 2) == [bucket["events"] for bucket in course["activity"]]
    assert await column(page, ACTIVITY, 3) == [bucket["learners"] for bucket in course["activity"]]
    assert await column(page, COMPLETIONS, 2) == [bucket["completed"] for bucket in summary["completions"]]


async def test_a_chart_has_its_main_numbers_in_a_sentence_and_a_table(visits: Visits, demo: Demo) -> None:
    page = await visits.open(PATH, token=demo.token(INSTRUCTOR))
    events = sum(await column_once_shown(page, ACTIVITY))
    activity = chart(page, ACTIVITY)
    sentence = re.compile(rf"^Events in this period: {events:,}\. The most, ")
    await expect(activity.get_by_role("img")).to_have_attribute("aria-label", sentence)
    await expect(activity.get_by_role("table")).to_be_hidden()
    await activity.get_by_text("Show as a table").click()
    await expect(activity.get_by_role("table")).to_be_visible()


async def test_another_time_zone_has_other_days(visits: Visits, demo: Demo) -> None:
    page = await visits.open(PATH, token=demo.token(INSTRUCTOR), time_zone="Europe/London")
    zone = page.get_by_role("combobox", name="Time zone")
    await expect(zone).to_have_value("Europe/London")
    before = await column_once_shown(page, ACTIVITY)
    async with page.expect_request(is_overview) as sent:
        await zone.select_option("Asia/Tokyo")
    await expect(page.locator(".overview[aria-busy=false]")).to_be_visible()
    course = await read(demo, await sent.value)
    after = await column(page, ACTIVITY, 2)
    assert after == [bucket["events"] for bucket in course["activity"]]
    assert after != before


async def test_a_chart_follows_theme_width_and_data_in_its_canvas(visits: Visits, demo: Demo) -> None:
    page = await visits.open(PATH, token=demo.token(INSTRUCTOR))
    await column_once_shown(page, ACTIVITY)
    await page.evaluate(f"{CANVAS}.kept = true")
    await page.wait_for_function(DRAWN_WELL)
    await page.emulate_media(color_scheme="dark")
    await page.wait_for_function(DRAWN_WELL)
    await page.set_viewport_size({"width": 400, "height": 800})
    await page.wait_for_function(DRAWN_WELL)
    await page.get_by_role("combobox", name="Period").select_option("8 weeks, by day")
    await expect(page.locator(".overview[aria-busy=false]")).to_be_visible()
    await page.wait_for_function(DRAWN_WELL)


async def test_a_day_is_shown_in_hours(visits: Visits, demo: Demo) -> None:
    page = await visits.open(PATH, token=demo.token(INSTRUCTOR))
    await column_once_shown(page, ACTIVITY)
    await page.get_by_role("combobox", name="Period").select_option("24 hours")
    await expect(page.locator(".overview[aria-busy=false]")).to_be_visible()
    assert len(await column(page, ACTIVITY, 2)) == 24


async def test_updates_read_the_numbers_again_at_most_every_ten_seconds(visits: Visits, demo: Demo) -> None:
    registration = await new_enrollment(demo, "overview-throttle")
    page = await visits.open("/", token=demo.token(INSTRUCTOR))
    reads: list[Request] = []
    updates = asyncio.Queue[None]()
    page.on("request", lambda request: reads.append(request) if is_overview(request) else None)
    page.on("websocket", lambda socket: count_updates(socket, registration, updates))
    await page.clock.install()
    await page.goto(f"{demo.origin}{PATH}")
    await expect(page.locator("[data-summary]")).to_be_visible()
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await page.clock.pause_at(await page.evaluate("Date.now() + 500"))

    async def update(progress: float) -> None:
        given = {"registration": registration, "itemKey": "welcome", "progress": progress}
        await demo.ask(PROGRESS, {"input": given})
        await asyncio.wait_for(updates.get(), timeout=20)

    for step in range(1, 4):
        await update(step / 10)
    assert len(reads) == 1
    async with page.expect_request(is_overview):
        await page.clock.fast_forward(SPACING_MS)
    await page.clock.fast_forward(2 * SPACING_MS)
    assert len(reads) == 2, "nothing has changed since the second read"

    await page.evaluate(SHOW, True)
    await update(0.5)
    await page.clock.fast_forward(2 * SPACING_MS)
    assert len(reads) == 2, "the tab is hidden"
    async with page.expect_request(is_overview):
        await page.evaluate(SHOW, False)
        await page.clock.fast_forward(1)
    await page.clock.fast_forward(2 * SPACING_MS)
    assert len(reads) == 3


async def test_a_course_without_activity_and_with_many_items(visits: Visits, demo: Demo) -> None:
    course = "course-v1:Demo+MANY+2026"
    modules = [
        {"key": f"m{module}", "title": f"Week {module}", "items": [new_item(module * 10 + item) for item in range(10)]}
        for module in range(12)
    ]
    await demo.ask(CREATE, {"input": {"key": course, "title": "A course of 120 items", "modules": modules}})
    page = await visits.open(f"/dashboard?course={course.replace('+', '%2B')}", token=demo.token(ADMIN))
    await expect(page.get_by_role("heading", name="A course of 120 items")).to_be_visible()
    funnel = page.get_by_role("region", name="Items")
    await expect(funnel.locator("tr[data-item]")).to_have_count(120)
    assert await funnel.locator("tr[data-item]").first.get_attribute("data-item") == "item-0"
    await expect(page.locator("[data-count=enrolled] dd")).to_have_text("0")
    await expect(page.locator("[data-count=averageScore] dd")).to_have_text("–")
    for sentence in (
        "There was no activity in this period.",
        "No enrolment was completed in this period.",
        "The course has no active or completed enrolments.",
        "120 items. No learner has stopped at any of them.",
    ):
        await expect(page.get_by_text(sentence, exact=True)).to_be_visible()


async def test_an_instructor_of_another_course_may_not_see_the_numbers(visits: Visits, demo: Demo) -> None:
    stranger = Viewer(subject="stranger", role=Role.INSTRUCTOR, courses=frozenset({"course-v1:Demo+OTHER+2026"}))
    page = await visits.open(PATH, token=demo.token(stranger))
    await expect(page.get_by_text("You may not see this.")).to_be_visible()
    await expect(page.locator("[data-summary]")).to_have_count(0)
    await expect(page.get_by_role("figure")).to_have_count(0)


async def test_the_document_costs_at_most_six_store_calls(demo: Demo) -> None:
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-14T00:00:00Z"}
    given = {"course": SQL101, "zone": "Europe/Berlin", "window": "DAY", "range": span}
    headers = {"Authorization": f"Bearer {demo.token(ADMIN)}", "X-Gateway-Trace": "stores"}
    async with httpx2.AsyncClient(timeout=30) as client:
        body = {"query": DOCUMENT, "variables": given}
        answer = (await client.post(f"{demo.origin}/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer
    assert answer["extensions"]["stores"]["calls"] <= 6


async def read(demo: Demo, request: Request) -> Any:
    """The course that the page's own request reads, requested by this process."""
    answer = await demo.ask(DOCUMENT, (request.post_data_json or {})["variables"], viewer=INSTRUCTOR)
    return answer["course"]


async def column_once_shown(page: Page, title: str) -> Sequence[int]:
    """The first numbers of the chart's table, once the chart is there."""
    await expect(chart(page, title)).to_be_visible()
    return await column(page, title, 2)


def new_item(number: int) -> dict[str, Any]:
    """A page of a course."""
    return {"key": f"item-{number}", "title": f"Page {number}", "type": "PAGE", "moveOn": "COMPLETED"}


def count_updates(socket: WebSocket, registration: str, updates: asyncio.Queue[None]) -> None:
    """Put an element into the queue for each update of this registration that the page receives."""

    def received(frame: str | bytes) -> None:
        if "progressUpdated" in str(frame) and registration in str(frame):
            updates.put_nowait(None)

    socket.on("framereceived", received)
