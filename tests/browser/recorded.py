"""Records the requests of a page."""

from collections.abc import Iterable, Mapping
from typing import Any

from playwright.async_api import Page, Request


def recorded_requests(page: Page) -> list[Request]:
    """The requests that the page sends from now on; the list grows."""
    requests: list[Request] = []

    def record(request: Request) -> None:
        requests.append(request)

    page.on("request", record)
    return requests


def operations_of(requests: Iterable[Request]) -> list[Mapping[str, Any]]:
    """The GraphQL operations that these requests carry."""
    return [
        request.post_data_json or {} for request in requests if request.url.endswith("/graphql") and request.post_data
    ]
