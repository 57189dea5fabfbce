"""Changes what the gateway answers to a page, where no data of the demo are as a test needs them."""

from collections.abc import Mapping
from typing import Any

from playwright.async_api import Page, Route


async def change_answers(page: Page, changes: Mapping[str, str]) -> None:
    """Replace the texts of these fields, by the field's name, in all answers from now on."""

    async def answer(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        response = await route.fetch()
        await route.fulfill(response=response, json=changed(await response.json(), changes))

    await page.route("**/graphql", answer)


def changed(value: Any, changes: Mapping[str, str]) -> Any:
    """The value with the changed texts."""
    if isinstance(value, list):
        return [changed(each, changes) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: changes[name] if name in changes and isinstance(each, str) else changed(each, changes)
        for name, each in value.items()
    }
