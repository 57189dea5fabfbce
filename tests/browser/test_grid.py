"""The table of a course's learners: order, filter, pages, the mark of learners at risk, and CSV."""

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR
from tests.browser.demo import Demo
from tests.browser.enrollments import new_enrollment
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

COURSE = f"/dashboard?course={SQL101.replace('+', '%2B')}"
TRICKY_NAMES = ["=1+1", "+1", "-1", "@name", 'Ann "A", of B']
FACTS = """query ($course: String!, $state: [EnrollmentState!], $order: EnrollmentOrder, $first: Int!) {
  enrollments(course: $course, state: $state, orderBy: $order, first: $first) {
    totalCount
    edges { node { registration state enrolledAt progress { completion lastActivityAt } learner { displayName } } }
  }
  course(key: $course) { summary { averageCompletion } }
}"""


def rows_of(page: Page) -> Locator:
    return page.locator(".grid[aria-busy=false] tr[data-registration]")


async def registrations(page: Page) -> list[str | None]:
    """The registrations on screen, once the table shows what was requested last."""
    await expect(rows_of(page).first).to_be_visible()
    return [await row.get_attribute("data-registration") for row in await rows_of(page).all()]


async def facts(demo: Demo, *, order: str, direction: str = "DESC", first: int = 100, **more: Any) -> Any:
    variables = {"course": SQL101, "order": {"field": order, "direction": direction}, "first": first, **more}
    return await demo.ask(FACTS, variables)


async def test_the_header_sorts_and_says_so(visits: Visits, demo: Demo) -> None:
    page = await visits.open(COURSE, token=demo.token(INSTRUCTOR))
    await expect(rows_of(page)).to_have_count(50)
    for direction, sorted_by in (("DESC", "descending"), ("ASC", "ascending")):
        await page.get_by_role("button", name="Enrolled").click()
        await expect(page.get_by_role("columnheader", name="Enrolled")).to_have_attribute("aria-sort", sorted_by)
        answer = await facts(demo, order="ENROLLED_AT", direction=direction, first=50)
        expected = [edge["node"]["registration"] for edge in answer["enrollments"]["edges"]]
        assert await registrations(page) == expected


async def test_pages_lead_forth_and_back_and_a_reload_shows_the_same(visits: Visits, demo: Demo) -> None:
    page = await visits.open(f"{COURSE}&sort=ENROLLED_AT", token=demo.token(INSTRUCTOR))
    answer = await facts(demo, order="ENROLLED_AT")
    expected = [edge["node"]["registration"] for edge in answer["enrollments"]["edges"]]
    total = answer["enrollments"]["totalCount"]
    await expect(page.get_by_text(f"1–50 of {total} learners")).to_be_visible()
    assert await registrations(page) == expected[:50]
    await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text(f"51–100 of {total} learners")).to_be_visible()
    assert await registrations(page) == expected[50:]
    await page.reload()
    await expect(page.get_by_text(f"51–100 of {total} learners")).to_be_visible()
    assert await registrations(page) == expected[50:]
    await page.locator("tr[data-registration] a").first.click()
    await expect(page.locator("tr[data-registration]")).to_have_count(0)
    await page.go_back()
    assert await registrations(page) == expected[50:]
    await page.get_by_role("button", name="Previous page").click()
    await expect(page.get_by_text(f"1–50 of {total} learners")).to_be_visible()
    assert await registrations(page) == expected[:50]


async def test_filters_narrow_the_table_and_can_be_cleared(visits: Visits, demo: Demo) -> None:
    page = await visits.open(COURSE, token=demo.token(ADMIN))
    await page.get_by_label("State").select_option("Active")
    await page.get_by_label("Below %").fill("30")
    await page.get_by_label("Below %").blur()
    await expect(page).to_have_url(re.compile("state=ACTIVE&below=30"))
    await registrations(page)
    for row in await rows_of(page).all():
        assert await row.get_attribute("data-state") == "ACTIVE"
        assert float(await row.locator("progress").get_attribute("value") or 1) < 0.3
    await page.get_by_role("button", name="Clear filters").click()
    await expect(page.get_by_label("Below %")).to_have_value("")
    await expect(rows_of(page)).to_have_count(50)


async def test_an_admin_searches_a_name_and_the_address_does_not_have_it(visits: Visits, demo: Demo) -> None:
    page = await visits.open(COURSE, token=demo.token(ADMIN))
    answer = await facts(demo, order="ENROLLED_AT", first=1)
    name = answer["enrollments"]["edges"][0]["node"]["learner"]["displayName"]
    await page.get_by_label("Name begins with").fill(name)
    await expect(page.get_by_role("button", name="Clear filters")).to_be_visible()
    await expect(rows_of(page).filter(has_text=name).first).to_be_visible()
    await expect(rows_of(page).filter(has_not_text=name)).to_have_count(0)
    assert "name" not in page.url
    await page.reload()
    await expect(page.get_by_label("Name begins with")).to_have_value(name)
    await expect(rows_of(page).filter(has_not_text=name)).to_have_count(0)


async def test_an_instructor_cannot_search_names(visits: Visits, demo: Demo) -> None:
    page = await visits.open(COURSE, token=demo.token(INSTRUCTOR))
    await registrations(page)
    await expect(page.get_by_label("Name begins with")).to_have_count(0)


async def test_learners_at_risk_are_marked_by_the_rule(visits: Visits, demo: Demo) -> None:
    page = await visits.open(f"{COURSE}&sort=COMPLETION&direction=ASC", token=demo.token(INSTRUCTOR))
    await expect(page.locator("[data-summary]")).to_be_visible()  # it has the average
    answer = await facts(demo, order="COMPLETION", direction="ASC", first=50)
    average = answer["course"]["summary"]["averageCompletion"]
    long_ago = datetime.now(UTC) - timedelta(days=14)
    expected: dict[str, str] = {}
    for node in (edge["node"] for edge in answer["enrollments"]["edges"]):
        since = node["progress"]["lastActivityAt"] or node["enrolledAt"]
        why = ["inactive"] if datetime.fromisoformat(since) <= long_ago else []
        why += ["behind"] if average - node["progress"]["completion"] > 0.25 else []
        expected[node["registration"]] = " ".join(why) if node["state"] == "ACTIVE" else ""
    assert {"inactive behind", "behind", ""} <= set(expected.values())
    assert await registrations(page) == list(expected)
    for registration, risks in expected.items():
        mark = page.locator(f"[data-registration='{registration}'] .risk-mark")
        await expect(mark).to_have_count(1 if risks else 0)
        if risks:
            await expect(mark).to_have_attribute("data-risk", risks)
    await page.locator(".risk-mark").first.focus()
    await expect(page.get_by_role("tooltip").first).to_contain_text("more than 25 points below")


async def test_the_csv_has_what_is_on_screen(visits: Visits, demo: Demo, tmp_path: Path) -> None:
    tricky = {f"csv-{number}": name for number, name in enumerate(TRICKY_NAMES)}
    for learner, name in tricky.items():
        await new_enrollment(demo, learner, name)
    page = await visits.open(f"{COURSE}&sort=ENROLLED_AT", token=demo.token(INSTRUCTOR))
    shown = await registrations(page)
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download CSV").click()
    download = await started.value
    await download.save_as(path := tmp_path / "rows.csv")
    assert download.suggested_filename == f"course-v1-Demo-SQL101-2026_{datetime.now(UTC):%Y-%m-%d}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["registration"] for row in rows] == shown
    assert {row["learner"] for row in rows} >= tricky.keys()
    answer = await facts(demo, order="ENROLLED_AT", first=50)
    for row, edge in zip(rows, answer["enrollments"]["edges"], strict=True):
        name = edge["node"]["learner"]["displayName"]
        assert row["name"] == (f"'{name}" if name[0] in "=+-@" else name)
        assert row["enrolled"] == edge["node"]["enrolledAt"]
        assert float(row["completion"]) == pytest.approx(edge["node"]["progress"]["completion"])
