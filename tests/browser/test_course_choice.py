"""The choice of a course on the dashboard: by role, by search, and with the keyboard."""

import pytest
from playwright.async_api import expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from tests.browser.demo import Demo
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow


async def test_an_instructor_finds_own_courses_first_and_opens_one_with_the_keyboard(
    visits: Visits, demo: Demo
) -> None:
    page = await visits.open("/dashboard", token=demo.token(INSTRUCTOR))
    own = page.get_by_role("heading", name="Your courses").locator("xpath=..")
    await expect(own.get_by_role("link")).to_have_count(3)
    others = page.get_by_role("heading", name="Other courses").locator("xpath=..")
    await expect(others.get_by_role("listitem").first).to_be_visible()
    await expect(others.get_by_role("link")).to_have_count(0)
    await own.get_by_role("link", name="SQL from the ground up").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-registration]").first).to_be_visible()
    await page.go_back()
    await expect(own.get_by_role("link")).to_have_count(3)


async def test_the_search_ignores_case_and_accents_and_stays_in_the_address(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/dashboard", token=demo.token(ADMIN))
    await page.get_by_label("Search by title").fill("espanol")
    await expect(page.get_by_role("listitem")).to_have_count(1)
    await expect(page.get_by_role("link", name="Español para principiantes")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Search by title")).to_have_value("espanol")
    await expect(page.get_by_role("listitem")).to_have_count(1)
    await page.get_by_label("Search by title").fill("nothing like it")
    await expect(page.get_by_text("No course has “nothing like it” in its title.")).to_be_visible()


async def test_a_learner_is_shown_the_way_to_their_own_page(visits: Visits, demo: Demo) -> None:
    page = await visits.open(f"/dashboard?course={SQL101.replace('+', '%2B')}", token=demo.token(LEARNER))
    await expect(page.get_by_role("heading", name="The dashboard is for teachers")).to_be_visible()
    await expect(page.get_by_role("link", name="Go to your page")).to_have_attribute("href", "/learn")
