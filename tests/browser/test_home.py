"""The front door: what it is, the states of the stores, and how a visitor signs in."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, Route, expect

from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from gateway.embedded.folder import DataFolder
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.viewer import Role, Viewer
from tests.browser.demo import Demo
from tests.browser.faults import OUTAGE
from tests.browser.recorded import operations_of, recorded_requests
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

REFUSED = r"401"
TOKEN = "sessionStorage.getItem('quadrangle.token')"
HIDE = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true });"
CHANGED = "document.dispatchEvent(new Event('visibilitychange'))"


async def test_a_visitor_finds_the_three_pages_and_the_state_of_each_store(visits: Visits) -> None:
    page = await visits.open("/")
    for name, path in {"Dashboard": "/dashboard", "Learn": "/learn", "GraphiQL": "/graphql"}.items():
        await expect(page.get_by_role("main").get_by_role("link", name=name, exact=True)).to_have_attribute(
            "href", path
        )
    states = page.locator(".stores li")
    await expect(states.first).to_have_attribute("data-state", "LIVE")
    assert await states.count() == await page.locator(".stores li[data-state=LIVE]").count() > 4


async def test_stores_are_read_while_the_page_is_visible_and_shown_again_after_an_outage(visits: Visits) -> None:
    page = await visits.open("/")
    live = page.locator(".stores li[data-state=LIVE]").first
    await expect(live).to_be_visible()
    visits.faults.announce(OUTAGE)
    visits.faults.announce("ERR_FAILED")
    await page.route("**/graphql", lambda route: route.abort())
    await page.evaluate(CHANGED)  # a page that is shown again reads at once
    await expect(page.get_by_text("The gateway does not answer. This page keeps trying.")).to_be_visible(timeout=20_000)
    await page.unroute("**/graphql")
    await expect(live).to_be_visible(timeout=20_000)


async def test_a_hidden_page_does_not_read_the_stores(visits: Visits) -> None:
    page = await visits.open("/")
    await expect(page.locator(".stores li[data-state=LIVE]").first).to_be_visible()
    await page.clock.install()
    requests = recorded_requests(page)
    await page.evaluate(HIDE % "true" + CHANGED)
    async with page.expect_response("**/graphql"):  # the timer that ran before the page was hidden is of no use either
        await page.evaluate(HIDE % "false" + CHANGED)
    assert len(requests) == 1
    await page.evaluate(HIDE % "true" + CHANGED)
    await page.clock.fast_forward(60_000)
    assert len(requests) == 1


async def test_choosing_a_role_of_the_demo_signs_in_and_says_what_it_sees(visits: Visits) -> None:
    page = await visits.open("/")
    who = page.get_by_role("region", name="Who you are")
    await expect(who).to_contain_text("without a token you are demo-admin (Administrator)")
    roles = who.locator(".roles button")
    await expect(roles).to_have_count(5)
    await roles.nth(1).click()
    await expect(who).to_contain_text("You see the learners of the courses that you teach")
    await expect(who).to_contain_text(
        "You teach Python for data work, SQL from the ground up and Statistics you can use."
    )
    await expect(roles.nth(1)).to_be_focused()
    await expect(roles.nth(1)).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("header .viewer")).to_contain_text("demo-instructor")
    await roles.nth(3).click()
    await expect(who).to_contain_text("You see your own progress and certificates")
    name = await roles.nth(3).locator(".role-name").inner_text()
    await expect(page.locator("header .viewer")).to_contain_text(name)
    await page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    await expect(who).to_contain_text("without a token you are demo-admin")
    assert await page.evaluate(TOKEN) is None


async def test_the_learners_of_the_demo_are_as_they_are_described(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/")
    roles = await page.evaluate("fetch('/demo/roles.json').then((response) => response.json())")
    learners = [each for each in roles["roles"] if each["role"] == "LEARNER"]
    assert len(learners) == 3
    query = "{ me { displayName enrollments(first: 5) { edges { node { completedAt certificate { issuedAt } } } } } }"
    issued = []
    for each in learners:
        me = (await demo.ask(query, viewer=Viewer(subject=each["subject"], role=Role.LEARNER)))["me"]
        assert me["displayName"] == each["name"]
        issued.append(any(edge["node"]["certificate"] for edge in me["enrollments"]["edges"]))
    assert issued[1:] == [True, False]


async def paste(page: Page, text: str) -> None:
    if not await page.get_by_label("Token", exact=True).is_visible():
        await page.get_by_text("Sign in with a token").click()
    await page.get_by_label("Token", exact=True).fill(text)
    await page.locator("form.sign-in").get_by_role("button", name="Sign in", exact=True).click()


async def test_a_pasted_token_signs_in(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/")
    token = demo.token(INSTRUCTOR)
    await paste(page, f"INSTRUCTOR demo-instructor: {token} ")
    await expect(page.locator("header .viewer")).to_contain_text("demo-instructor")
    assert await page.evaluate(TOKEN) == token
    field = page.get_by_label("Token", exact=True)
    await expect(field).to_have_value("")
    await expect(field).to_have_attribute("type", "password")
    await page.get_by_role("button", name="Show").click()
    await expect(field).to_have_attribute("type", "text")


async def test_a_token_that_is_refused_is_not_kept_and_the_page_says_why(visits: Visits, demo: Demo) -> None:
    visits.faults.announce(REFUSED)
    kept = demo.token(LEARNER)
    page = await visits.open("/", token=kept)
    await expect(page.locator("header .viewer")).to_contain_text("Learner")
    problem = page.get_by_role("alert")
    tokens = Tokens(secret=DataFolder(demo.data).secret())
    expired = tokens.mint(ADMIN, now=utc_now() - timedelta(days=2), valid_for=timedelta(days=1))
    foreign = Tokens(secret="another secret, which is long enough").mint(
        ADMIN, now=utc_now(), valid_for=timedelta(hours=1)
    )
    for text, reason in {
        "my password": "This is not a token.",
        expired: "This token has expired (yesterday).",
        foreign: "The gateway does not accept this token.",
    }.items():
        await paste(page, text)
        await expect(problem).to_contain_text(reason)
        await expect(page.get_by_label("Token", exact=True)).to_have_attribute("aria-invalid", "true")
        assert "eyJ" not in (await problem.inner_text()).replace("“eyJ”", "")
    assert await page.evaluate(TOKEN) == kept
    await expect(page.locator("header .viewer")).to_contain_text("Learner")


async def test_without_a_token_other_gateways_ask_for_one_and_send_no_request_that_is_refused(visits: Visits) -> None:
    page = await visits.open("/verify")
    await page.wait_for_load_state("networkidle")  # the requests of this page do not count

    async def as_served(route: Route) -> None:
        response = await route.fetch()
        text = await response.text()
        await route.fulfill(response=response, body=text.replace('data-demo="true"', 'data-demo="false"'))

    await page.route(f"{visits.origin}/", as_served)
    requests = recorded_requests(page)
    await page.goto(f"{visits.origin}/")
    await expect(page.locator("header .viewer")).to_have_text("Not signed in")
    await expect(page.get_by_text("You are not signed in.")).to_be_visible()
    await expect(page.get_by_label("Token", exact=True)).to_be_visible()
    await expect(page.locator(".stores li[data-state=LIVE]").first).to_be_visible()
    assert {each["operationName"] for each in operations_of(requests)} == {"CommonStoreStates"}
