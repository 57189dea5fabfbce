"""The dashboard while its gateway or one of its stores is stopped and started again."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.deployed import DASHBOARD, LEARNER, origin, pass_item, row_of, token
from tests.browser.faults import OUTAGE
from tests.browser.visits import LIVE_MS, Visits
from tests.e2e.deployment import Command, Deployment, learner, open_deployment

pytestmark = pytest.mark.slow
LEARNERS = 12
ONE, TWO = "33%", "67%"
"""The completion after one and two of three items."""


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """Servers that these tests may stop, with a course of twelve learners."""
    folder = tmp_path_factory.mktemp("outages")
    folder.chmod(0o711)  # PostgreSQL's user must reach its data
    async with open_deployment(folder, learners=LEARNERS) as (opened, _):
        yield opened


@pytest.fixture(scope="module")
def gateway(deployment: Deployment) -> Command:
    """The gateway that serves the page."""
    return deployment.serve()


@pytest.fixture(scope="module")
def fresh_gateway(deployment: Deployment) -> Command:
    """A gateway that keeps nothing of its stores, so that each fault of a store is seen."""
    return deployment.serve(GATEWAY_CACHE="off", GATEWAY_STALE="off")


@pytest.fixture(scope="module")
def other_gateway(deployment: Deployment) -> Command:
    """Another process over the same stores."""
    return deployment.serve()


async def test_another_process_write_is_shown_within_a_second(
    visits: Visits, deployment: Deployment, gateway: Command, other_gateway: Command
) -> None:
    page = await visits.open(DASHBOARD, origin=origin(deployment, gateway), token=token(deployment))
    last = LEARNERS - 1
    await expect(row_of(page, last)).to_contain_text("0%", timeout=20_000)
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await pass_item(deployment, other_gateway, last, "page")
    await expect(row_of(page, last)).to_contain_text(ONE, timeout=LIVE_MS)


async def test_the_dashboard_catches_up_after_its_gateway_was_away(
    visits: Visits, deployment: Deployment, gateway: Command, other_gateway: Command
) -> None:
    visits.faults.announce(OUTAGE)
    page = await visits.open(DASHBOARD, origin=origin(deployment, gateway), token=token(deployment))
    await expect(page.locator("[data-registration]")).to_have_count(LEARNERS, timeout=20_000)
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await page.evaluate("window.notReloaded = true")

    # The first outage comes before the page has seen any update.
    gateway.kill()
    await expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    for number in range(LEARNERS):
        await pass_item(deployment, other_gateway, number, "page")
    gateway.start()
    for number in range(LEARNERS):
        await expect(row_of(page, number)).to_contain_text(ONE, timeout=30_000)
    await expect(page.locator("[data-connection=live]")).to_be_visible()

    # The relay of the killed gateway held leases, so this may take until they expire.
    await pass_item(deployment, other_gateway, 0, "video")
    await expect(row_of(page, 0)).to_contain_text(TWO, timeout=30_000)

    # The second outage comes after an update, so there is a cursor to continue from.
    gateway.kill()
    await expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    for number in range(1, LEARNERS):
        await pass_item(deployment, other_gateway, number, "video")
    gateway.start()
    for number in range(LEARNERS):
        await expect(row_of(page, number)).to_contain_text(TWO, timeout=30_000)
    assert await page.evaluate("window.notReloaded")


STORE_COSTS = {
    # server: path, the store that is named where its data would be, what stays
    "mongo": (DASHBOARD, "catalog", ["[data-summary]", "[data-registration]"]),
    "sql": (DASHBOARD, "activity", ["h1:has-text('A course')"]),
    "redis": (DASHBOARD, "sessions", ["h1:has-text('A course')", "[data-summary]", "[data-registration]"]),
    "influx": (LEARNER, "timeline", [f"text={learner(0)}"]),
}


@pytest.mark.parametrize("server", STORE_COSTS)
async def test_a_store_that_does_not_answer_is_named_where_its_data_would_be(
    visits: Visits, deployment: Deployment, fresh_gateway: Command, server: str
) -> None:
    path, store, stays = STORE_COSTS[server]
    fault = f"main [data-store={store}]"
    page = await visits.open(path, origin=origin(deployment, fresh_gateway), token=token(deployment))
    for kept in stays:
        await expect(page.locator(kept).first).to_be_visible(timeout=20_000)
    await expect(page.locator("main [data-store]")).to_have_count(0)
    deployment.embedded.server(server).kill()
    try:
        await page.reload()
        await expect(page.locator(fault).first).to_be_visible(timeout=20_000)
        for kept in stays:
            await expect(page.locator(kept).first).to_be_visible(timeout=20_000)
    finally:
        await deployment.embedded.server(server).start()
    # The page reads again by itself.
    await expect(page.locator("main [data-store]")).to_have_count(0, timeout=60_000)


async def test_what_was_read_stays_with_its_age_while_its_store_does_not_answer(
    visits: Visits, deployment: Deployment, other_gateway: Command
) -> None:
    page = await visits.open(DASHBOARD, origin=origin(deployment, other_gateway), token=token(deployment))
    await expect(page.locator("[data-registration]")).to_have_count(LEARNERS, timeout=20_000)
    notice = page.locator("main [data-stale=progress]")
    await expect(notice).to_have_count(0)
    deployment.embedded.server("sql").kill()
    try:
        await page.reload()
        await expect(notice).to_contain_text("ago", timeout=20_000)
        await expect(page.locator("[data-registration]")).to_have_count(LEARNERS)
    finally:
        await deployment.embedded.server("sql").start()
    # The page reads again by itself.
    await expect(notice).to_have_count(0, timeout=60_000)
