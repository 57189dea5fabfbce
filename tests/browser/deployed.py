"""What the outage tests need of a deployment: writes by another process, and the dashboard of its course."""

from collections.abc import Mapping
from typing import Any

import httpx2
from playwright.async_api import Locator, Page

from tests.e2e.deployment import COURSE, Command, Deployment, registration

DASHBOARD = f"/dashboard?course={COURSE.replace('+', '%2B')}"
LEARNER = f"{DASHBOARD}&registration={registration(0)}"
PASS = """mutation ($input: SubmitAttemptInput!) {
  submitAttempt(input: $input) { errors { code message } progress { completion } }
}"""


def token(deployment: Deployment) -> str:
    """A token of an ADMIN."""
    return deployment.bearer().removeprefix("Bearer ")


def origin(deployment: Deployment, gateway: Command) -> str:
    """The address of a gateway, without a path."""
    return deployment.endpoint(gateway).removesuffix("/graphql")


async def pass_item(deployment: Deployment, gateway: Command, number: int, item: str) -> None:
    """A learner passes an item, by a request to this gateway."""
    given: Mapping[str, Any] = {"registration": str(registration(number)), "itemKey": item, "score": 1.0}
    async with httpx2.AsyncClient(timeout=30) as client:
        response = await client.post(
            deployment.endpoint(gateway),
            json={"query": PASS, "variables": {"input": given}},
            headers={"Authorization": deployment.bearer()},
        )
    answer = response.json()
    assert "errors" not in answer, answer
    assert answer["data"]["submitAttempt"]["errors"] == []


def row_of(page: Page, number: int) -> Locator:
    """The dashboard's row of a learner."""
    return page.locator(f'[data-registration="{registration(number)}"]')
