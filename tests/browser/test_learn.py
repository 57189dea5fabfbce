"""A learner's page: where to continue, the course's tree, the calendar, certificates, and live changes."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from gateway.datasets.demo.courses import SQL101
from gateway.runtime.clock import utc_now
from resolvers.viewer import Role, Viewer
from tests.browser.changed_answers import change_answers
from tests.browser.demo import Demo
from tests.browser.visits import LIVE_MS, Visits

pytestmark = pytest.mark.slow
COURSE = """query ($course: String!) { me { enrollment(course: $course) {
  registration resume { itemKey }
  course { modules { items { key title } } }
  items(first: 100) { edges { node { itemKey state locked } } }
} } }"""
ACTIVITY = """query ($range: TimeRange!) { me { timeZone activity(window: DAY, range: $range) { start events } } }"""
CERTIFIED = """query ($course: String!) { enrollments(course: $course, state: [COMPLETED], first: 1) {
  edges { node { learnerId certificate { verifyCode } } }
} }"""
LOCKED = """query ($course: String!) { enrollments(course: $course, state: [ACTIVE], first: 8) { edges { node {
  learnerId
  course { modules { items { key title prerequisites } } }
  items(first: 50) { edges { node { itemKey satisfied } } }
} } } }"""
BEAT = """mutation ($registration: UUID!, $item: String!, $at: Float!) {
  heartbeat(input: {registration: $registration, itemKey: $item, position: $at}) { errors { message } }
}"""
PROGRESS = """mutation ($registration: UUID!, $item: String!) {
  setItemProgress(input: {registration: $registration, itemKey: $item, progress: 0.4}) { errors { code message } }
}"""


def learner(number: int) -> Viewer:
    return Viewer(subject=f"demo-{number:04}", role=Role.LEARNER)


async def open_course(visits: Visits, demo: Demo, viewer: Viewer) -> Page:
    page = await visits.open(f"/learn?course={SQL101.replace('+', '%2B')}", token=demo.token(viewer))
    await expect(page.locator(".item").first).to_be_visible()
    return page


async def test_a_heartbeat_in_one_browser_moves_the_other(visits: Visits, demo: Demo) -> None:
    viewer = learner(1)
    one, other = [await open_course(visits, demo, viewer) for _ in range(2)]
    row = one.locator('.item[data-locked="false"]').filter(has_text="I am here").first
    title = await row.locator(".item-title").inner_text()
    async with one.expect_response(lambda response: "LearnHeartbeat" in (response.request.post_data or "")):
        await row.get_by_role("button").click()
    for page in (one, other):
        await expect(page.locator(".resume-item")).to_contain_text(title, timeout=LIVE_MS)
        await expect(page.locator(".item[aria-current]")).to_contain_text(title)


async def test_the_tree_agrees_with_the_schema(visits: Visits, demo: Demo) -> None:
    viewer = learner(2)
    page = await open_course(visits, demo, viewer)
    rows = page.locator(".item")
    shown = await rows.evaluate_all("rows => rows.map(({dataset}) => [dataset.item, dataset.state, dataset.locked])")
    answer = (await demo.ask(COURSE, {"course": SQL101}, viewer=viewer))["me"]["enrollment"]
    nodes = [edge["node"] for edge in answer["items"]["edges"]]
    assert shown == [[node["itemKey"], node["state"], str(node["locked"]).lower()] for node in nodes]
    assert len({state for _, state, _ in shown}) > 1
    titles = {item["key"]: item["title"] for module in answer["course"]["modules"] for item in module["items"]}
    assert await rows.locator(".item-title").all_inner_texts() == [titles[node["itemKey"]] for node in nodes]


async def test_a_locked_item_names_what_unlocks_it(visits: Visits, demo: Demo) -> None:
    answer = await demo.ask(LOCKED, {"course": SQL101})
    for edge in answer["enrollments"]["edges"]:
        node = edge["node"]
        done = {each["node"]["itemKey"] for each in node["items"]["edges"] if each["node"]["satisfied"]}
        items = [item for module in node["course"]["modules"] for item in module["items"]]
        titles = {item["key"]: item["title"] for item in items}
        locked = [item for item in items if set(item["prerequisites"]) - done]
        if locked:
            page = await open_course(visits, demo, Viewer(subject=node["learnerId"], role=Role.LEARNER))
            for item in locked:
                row = page.locator(f'.item[data-item="{item["key"]}"]')
                await expect(row).to_have_attribute("data-locked", "true")
                for key in set(item["prerequisites"]) - done:
                    await expect(row).to_contain_text(titles[key])
                await expect(row.get_by_role("button")).to_have_count(0)
            return
    pytest.fail("no learner has a locked item")


async def test_a_position_in_a_video_is_shown_in_minutes(visits: Visits, demo: Demo) -> None:
    viewer = learner(3)
    me = (
        await demo.ask(
            "{ me { enrollments { edges { node { registration course { key modules { items "
            "{ key type title } } } } } } } }",
            viewer=viewer,
        )
    )["me"]
    node = me["enrollments"]["edges"][0]["node"]
    video = next(i for m in node["course"]["modules"] for i in m["items"] if i["type"] == "VIDEO")
    await demo.ask(BEAT, {"registration": node["registration"], "item": video["key"], "at": 250.4}, viewer=viewer)
    page = await visits.open("/learn", token=demo.token(viewer))
    await expect(page.locator(".resume-item")).to_have_text(f"{video['title']} at 4:10")


async def test_a_learner_without_courses_reads_what_comes(visits: Visits, demo: Demo) -> None:
    viewer = Viewer(subject="a-new-learner", role=Role.LEARNER)
    page = await visits.open("/learn", token=demo.token(viewer))
    await expect(page.get_by_text("You take no course yet")).to_be_visible()


async def test_progress_of_another_client_appears_without_a_reload(visits: Visits, demo: Demo) -> None:
    viewer = learner(2)
    page = await open_course(visits, demo, viewer)
    item = page.locator('.item[data-state="NOT_STARTED"][data-locked="false"]').first
    key = await item.get_attribute("data-item")
    answer = (await demo.ask(COURSE, {"course": SQL101}, viewer=viewer))["me"]["enrollment"]
    await demo.ask(PROGRESS, {"registration": answer["registration"], "item": key}, viewer=viewer)
    changed = page.locator(f'.item[data-item="{key}"]')
    await expect(changed).not_to_have_attribute("data-state", "NOT_STARTED", timeout=LIVE_MS)


async def test_the_calendar_has_the_days_of_the_learners_own_zone(visits: Visits, demo: Demo) -> None:
    viewer = learner(1)
    page = await visits.open("/learn", token=demo.token(viewer), time_zone="America/Los_Angeles")
    await expect(page.locator(".day").first).to_be_visible()
    await expect(page.get_by_text("Days in Asia/Kathmandu")).to_be_visible()
    await page.get_by_text("Show as a table").click()
    table = page.get_by_role("table")
    rows = await table.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.children[1].textContent)")
    days = await page.locator(".day").count()
    now = utc_now()
    range = {"from": (now - timedelta(days=days - 1)).isoformat(), "to": now.isoformat()}
    activity = (await demo.ask(ACTIVITY, {"range": range}, viewer=viewer))["me"]["activity"]
    assert [int(row) for row in rows] == [day["events"] for day in activity if day["events"]]


async def test_a_certificate_leads_to_its_facts(visits: Visits, demo: Demo) -> None:
    answer = await demo.ask(CERTIFIED, {"course": SQL101})
    node = answer["enrollments"]["edges"][0]["node"]
    page = await visits.open("/learn", token=demo.token(Viewer(subject=node["learnerId"], role=Role.LEARNER)))
    link = page.locator(f'a[href="/verify/{node["certificate"]["verifyCode"]}"]')
    await link.click()
    await page.wait_for_url("**/verify/*")


async def test_an_administrator_reads_why_the_page_is_empty(visits: Visits) -> None:
    page = await visits.open("/learn")
    await expect(page.get_by_text("this page is for learners")).to_be_visible()
    await expect(page.get_by_role("link", name="Choose a learner")).to_be_visible()


async def test_a_zone_that_the_browser_does_not_know_leaves_the_rest(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/verify", token=demo.token(learner(1)))
    await change_answers(page, {"timeZone": "America/Newest"})
    await page.goto(f"{visits.origin}/learn")
    await expect(page.locator(".aside")).to_contain_text("does not know the time zone America/Newest")
    await expect(page.locator(".item").first).to_be_visible()
