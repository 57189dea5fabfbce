"""The viewer's token: how pages get it, hand it over and lose it, and where it never is."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from gateway.embedded.folder import DataFolder
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.viewer import Role, Viewer
from tests.browser.demo import Demo
from tests.browser.recorded import recorded_requests
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

TOKEN = "sessionStorage.getItem('quadrangle.token')"
DASHBOARD = f"/dashboard?course={SQL101.replace('+', '%2B')}"
REVOKE = "mutation ($subject: String!) { revokeTokens(input: {subject: $subject}) { __typename } }"
ENDED = "The gateway does not accept your token any more"


def teacher(subject: str) -> Viewer:
    return Viewer(subject=subject, role=Role.INSTRUCTOR, courses=frozenset({SQL101}))


async def test_a_token_leaves_the_address_at_once_also_in_an_open_page(visits: Visits, demo: Demo) -> None:
    learner, instructor = demo.token(LEARNER), demo.token(INSTRUCTOR)
    page = await visits.open("/verify?a=b", token=learner)
    await expect(page.locator("header .viewer")).to_contain_text("Learner")
    assert (page.url, await page.evaluate(TOKEN)) == (f"{visits.origin}/verify?a=b", learner)
    await page.evaluate("(token) => { location.hash = `token=${token}`; }", instructor)
    await expect(page.locator("header .viewer")).to_contain_text("Instructor")
    assert (page.url, await page.evaluate(TOKEN)) == (f"{visits.origin}/verify?a=b", instructor)
    await page.go_back()
    assert "token" not in page.url


async def test_a_new_tab_gets_the_token_and_a_tab_of_ones_own_does_not(visits: Visits, demo: Demo) -> None:
    token = demo.token(LEARNER)
    page = await visits.open("/verify", token=token)
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Home", exact=True).click(modifiers=["Control"])
    other = await opening.value
    await expect(other.locator("header .viewer")).to_contain_text("Learner")
    assert (other.url, await other.evaluate(TOKEN)) == (f"{visits.origin}/", token)
    await other.get_by_role("banner").get_by_role("button", name="Sign out").click()
    await expect(other.locator("header .viewer")).to_contain_text("demo-admin")
    assert (await other.evaluate(TOKEN), await page.evaluate(TOKEN)) == (None, token)
    alone = await page.context.new_page()
    await alone.goto(f"{visits.origin}/")
    await expect(alone.locator("header .viewer")).to_contain_text("demo-admin")


async def test_a_token_is_in_no_address_no_referer_and_no_log(visits: Visits, demo: Demo) -> None:
    token = demo.token(teacher("teacher-of-addresses"))
    page = await visits.open("/verify")
    requests = recorded_requests(page)
    async with page.expect_websocket() as opening:
        await page.goto(f"{visits.origin}{DASHBOARD}#token={token}")
    await expect(page.locator("header .viewer")).to_contain_text("Instructor")
    async with page.expect_request("**/assets/**"):
        await page.get_by_role("link", name="Home", exact=True).click()
    await expect(page.locator(".stores li[data-state=LIVE]").first).to_be_visible()
    body = token.split(".")[1]
    addresses = [(await opening.value).url, *(each.url for each in requests)]
    # Chromium reports the fragment of a navigation. It sends none.
    assert [url for url in addresses if body in url.split("#")[0]] == []
    assert [each.url for each in requests if (await each.all_headers()).get("referer")] == []
    assert body not in (demo.data.parent / "log").read_text()


async def test_a_refused_token_ends_the_session_by_http(visits: Visits, demo: Demo) -> None:
    visits.faults.announce("401")
    viewer = teacher("teacher-revoked-by-http")
    page = await visits.open("/", token=demo.token(viewer))
    await expect(page.locator("header .viewer")).to_contain_text(viewer.subject)
    await demo.ask(REVOKE, {"subject": viewer.subject})
    await expect(page.get_by_text(ENDED)).to_be_visible(timeout=20_000)
    assert await page.evaluate(TOKEN) is None
    await page.locator(".roles button").first.click()
    await expect(page.get_by_text(ENDED)).to_have_count(0)


async def with_a_subscription(visits: Visits, token: str) -> Page:
    """The dashboard with an open subscription. Its requests fail from now on: only the socket can end the session."""
    page = await visits.open("/verify")
    async with page.expect_websocket() as opening:
        await page.goto(f"{visits.origin}{DASHBOARD}#token={token}")
    await (await opening.value).wait_for_event("framereceived")
    visits.faults.announce("ERR_FAILED")
    await page.route("**/graphql", lambda route: route.abort())
    return page


async def test_a_closed_socket_ends_the_session(visits: Visits, demo: Demo) -> None:
    viewer = teacher("teacher-revoked-by-socket")
    page = await with_a_subscription(visits, demo.token(viewer))
    await demo.ask(REVOKE, {"subject": viewer.subject})
    await expect(page.get_by_text(ENDED)).to_be_visible(timeout=20_000)
    assert await page.evaluate(TOKEN) is None
    await expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_have_attribute("href", "/")


async def test_a_subscription_that_ends_with_its_token_ends_the_session(visits: Visits, demo: Demo) -> None:
    tokens = Tokens(secret=DataFolder(demo.data).secret())
    token = tokens.mint(teacher("teacher-for-seconds"), now=utc_now(), valid_for=timedelta(seconds=4))
    page = await with_a_subscription(visits, token)
    await expect(page.get_by_text(ENDED)).to_be_visible(timeout=20_000)
    assert await page.evaluate(TOKEN) is None


async def test_the_live_connection_is_that_of_the_new_viewer(visits: Visits, demo: Demo) -> None:
    first, second = demo.token(teacher("teacher-one")), demo.token(teacher("teacher-two"))
    page = await visits.open("/verify")
    async with page.expect_websocket() as opening:
        await page.goto(f"{visits.origin}{DASHBOARD}#token={first}")
    socket = await opening.value
    await socket.wait_for_event("framereceived")
    async with page.expect_websocket() as reopening:
        await page.evaluate("(token) => { location.hash = `token=${token}`; }", second)
    again = await reopening.value
    sent = await again.wait_for_event("framesent")
    assert second in str(sent)
    assert socket.is_closed()
    await expect(page.locator("header .viewer")).to_contain_text("teacher-two")
    await expect(page.locator("header .connection")).to_have_text("")


async def test_the_skip_link_leads_to_the_content(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/", token=demo.token(ADMIN))
    await expect(page.locator("header .viewer")).to_contain_text("demo-admin")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    assert await page.evaluate(TOKEN) is not None
