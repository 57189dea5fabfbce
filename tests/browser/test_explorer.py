"""GraphiQL: examples, the plan of an operation, events of a subscription, and tokens. The network is loopback alone."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from tests.browser.demo import Demo
from tests.browser.examples import Example, read_examples
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow
VIEWERS = {"LEARNER": LEARNER, "INSTRUCTOR": INSTRUCTOR, "PUBLIC": ADMIN}
SLOW_MS = 20_000
REGISTRATION = """query ($course: String!) { me { enrollment(course: $course) { registration } } }"""
RECORD = """mutation ($event: InteractionInput!) {
  recordInteractions(input: {events: [$event]}) { results { status error { message } } errors { message } }
}"""


async def open_explorer(visits: Visits, **options: object) -> Page:
    page = await visits.open("/graphql", **options)  # type: ignore[arg-type]
    await expect(page.locator("[data-example]").first).to_be_enabled(timeout=SLOW_MS)
    return page


async def answered(page: Page, part: str) -> None:
    """Wait until the answer has this text. The editor's model is read, because only visible lines are in the page."""
    await expect(page.locator(".graphiql-response")).to_contain_text(part, timeout=SLOW_MS)


@pytest.mark.parametrize(
    "example", [each for each in read_examples() if each.kind != "subscription"], ids=lambda each: each.name
)
async def test_an_example_is_answered(demo: Demo, example: Example) -> None:
    variables = example.filled(now=datetime.now(UTC), new_id=uuid4)
    data = await demo.ask(example.document, variables, viewer=VIEWERS[example.role])
    assert all(value is not None for name, value in data.items() if name != "verifyCertificate")
    assert "REJECTED" not in json.dumps(data)


async def test_the_plan_shows_the_store_calls_of_a_grid(visits: Visits, demo: Demo) -> None:
    page = await open_explorer(visits, token=demo.token(INSTRUCTOR))
    await page.locator("[data-example=instructor_grid]").click()
    await page.get_by_role("button", name="Execute query").click()
    await answered(page, "totalCount")
    await page.get_by_role("button", name="Show Plan").click()
    plan = page.get_by_role("region", name="Plan")
    await expect(plan.locator("tr[data-call]")).not_to_have_count(0)
    calls = await plan.locator("tr[data-source=store]").evaluate_all("rows => rows.map((row) => row.dataset.call)")
    assert "progress.by_courses" in calls
    await expect(plan).to_contain_text("estimated")
    await expect(page.locator(".graphiql-response")).not_to_contain_text("batches")


async def test_events_of_another_client_are_listed(visits: Visits, demo: Demo) -> None:
    page = await open_explorer(visits, token=demo.token(INSTRUCTOR))
    await page.locator("[data-example=live_course]").click()
    subscribed = asyncio.Event()
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: subscribed.set()))
    await page.get_by_role("button", name="Execute query").click()
    await page.get_by_role("button", name="Show Events").click()
    await asyncio.wait_for(subscribed.wait(), SLOW_MS / 1_000)
    answer = await demo.ask(REGISTRATION, {"course": SQL101}, viewer=LEARNER)
    events = page.get_by_role("region", name="Events")
    for _ in range(20):  # the protocol does not say when a subscription has begun
        event = {
            "id": str(uuid4()),
            "registration": answer["me"]["enrollment"]["registration"],
            "verb": "VIEWED",
            "itemKey": "welcome",
            "at": datetime.now(UTC).isoformat(),
        }
        await demo.ask(RECORD, {"event": event}, viewer=LEARNER)
        if await events.get_by_role("listitem").count() > 1:
            break
    await expect(events.get_by_role("listitem").nth(1)).to_be_visible(timeout=SLOW_MS)
    await expect(events.get_by_role("listitem").first).to_contain_text("progressUpdated")
    await page.get_by_role("button", name="Stop query").click()


async def test_a_token_from_the_box_reads_the_schema_again(visits: Visits, demo: Demo) -> None:
    page = await open_explorer(visits)
    async with page.expect_request(lambda request: "IntrospectionQuery" in (request.post_data or "")) as reading:
        await page.get_by_label("Token").fill(demo.token(LEARNER))
        await page.get_by_role("button", name="Use").click()
    assert "authorization" in await (await reading.value).all_headers()
    await expect(page.get_by_text("Asha Gurung")).to_be_visible()


@pytest.mark.parametrize("body", [None, "<html>Bad gateway</html>"], ids=["no answer", "no GraphQL"])
async def test_a_gateway_that_does_not_answer_is_a_sentence(visits: Visits, demo: Demo, body: str | None) -> None:
    visits.faults.announce("502|ERR_FAILED")
    page = await open_explorer(visits, token=demo.token(LEARNER))
    await page.locator("[data-example=learner_home]").click()

    async def answer(route: Route) -> None:
        await (route.abort() if body is None else route.fulfill(status=502, body=body))

    await page.route("**/graphql", answer)
    await page.get_by_role("button", name="Execute query").click()
    await answered(page, "The gateway does not")
    await expect(page.locator(".graphiql-response")).not_to_contain_text("stack")


async def test_the_refusal_of_an_earlier_token_does_not_end_the_session(visits: Visits, demo: Demo) -> None:
    visits.faults.announce("401")
    page = await open_explorer(visits, token=demo.token(LEARNER))
    await page.locator("[data-example=learner_home]").click()
    newer = demo.token(INSTRUCTOR)

    async def answer(route: Route) -> None:
        if "LearnerHome" not in (route.request.post_data or ""):
            await route.continue_()
            return
        await page.get_by_label("Token").fill(newer)
        await page.get_by_role("button", name="Use").click()
        await route.fulfill(status=401, json={"errors": [{"message": "refused"}]})

    await page.route("**/graphql", answer)
    async with page.expect_response(lambda response: response.status == 401) as refused:
        await page.get_by_role("button", name="Execute query").click()
    await (await refused.value).finished()
    await expect(page.get_by_text("so you are signed out")).to_have_count(0)
    assert await page.evaluate("sessionStorage.getItem('quadrangle.token')") == newer
