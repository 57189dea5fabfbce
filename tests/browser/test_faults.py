"""The browser suite fails on every kind of fault, unless the test announced it; and reaches loopback only."""

import asyncio
import re

import pytest

from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

LOUD = {
    "console error: loud": "console.error('loud')",
    "console warning: quiet": "console.warn('quiet')",
    "page error: Error: thrown": "setTimeout(() => { throw new Error('thrown') })",
    "response: GET .*/nowhere: 404": "fetch('/nowhere')",
    "console error: CSP: connect-src blocks https://example.org": "fetch('https://example.org').catch(() => {})",
}


def missed(visits: Visits) -> list[str]:
    """The loud faults that were not reported yet."""
    seen = "\n".join(visits.faults.unannounced())
    return [fault for fault in LOUD if not re.search(fault, seen)]


async def test_the_suite_sees_every_fault_of_a_page(visits: Visits) -> None:
    page = await visits.open("/graphql")
    for script in LOUD.values():
        await page.evaluate(f"() => {{ {script} }}")
    async with asyncio.timeout(20):
        while missed(visits):
            await page.evaluate("() => fetch('/livez')")  # the browser reports in the order of events
    visits.faults.announce("quiet")
    assert "quiet" not in "\n".join(visits.faults.unannounced())
    visits.faults.announce("")


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1"])
async def test_the_browser_reaches_no_other_host(visits: Visits, host: str) -> None:
    opened = await visits.open("/graphql")
    blank = await opened.context.new_page()  # no content security policy refuses its requests
    async with blank.context.expect_event("requestfailed"):
        assert not await blank.evaluate(f"() => fetch('http://{host}').then(() => true, () => false)")
    asked = visits.faults.unannounced()
    assert f"asks http://{host}/" in asked
    assert f"request failed: GET http://{host}/: net::ERR_NAME_NOT_RESOLVED" in asked
    visits.faults.announce(host)
    visits.faults.announce("ERR_NAME_NOT_RESOLVED")
