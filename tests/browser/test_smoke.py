"""Every page opens and shows its main content. `make test` runs these tests; they take 20 s at most, with the demo."""

import pytest
from playwright.async_api import expect

from tests.browser.visits import Visits

pytestmark = [pytest.mark.slow, pytest.mark.smoke]


async def test_the_explorer_opens(visits: Visits) -> None:
    page = await visits.open("/graphql")
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()
