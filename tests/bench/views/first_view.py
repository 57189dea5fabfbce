"""How long the dashboard takes until a person sees learners and figures, and what each document costs the stores."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from playwright.async_api import Page, Response

from tests.browser.visits import Visits

SHOWN = """() => document.querySelector("[data-registration]") && document.querySelector("[data-summary]")
  ? performance.now() : false"""
"""The time since the navigation began, once a learner's row and the summary are in the page."""
TRACE = {"X-Gateway-Trace": "stores"}


def dashboard(course: str) -> str:
    """The path of a course's dashboard."""
    return f"/dashboard?course={quote(course)}"


async def open_dashboard(visits: Visits, course: str, token: str) -> tuple[Page, float]:
    """Open a dashboard in a new profile, without a cache; the milliseconds until it is shown."""
    page = await visits.open(dashboard(course), token=token)
    shown = await page.wait_for_function(SHOWN, polling="raf", timeout=60_000)
    return page, await shown.json_value()


async def first_views(
    visits: Visits, course: str, token: str, *, rounds: int, on_round: Callable[[], None]
) -> list[float]:
    """The milliseconds of each round. The first is that of a gateway that has just started."""
    found = []
    for _ in range(rounds):
        page, milliseconds = await open_dashboard(visits, course, token)
        found.append(milliseconds)
        await page.close()
        on_round()
    return found


async def store_calls(visits: Visits, origin: str, course: str, token: str) -> dict[str, int]:
    """The store calls of each document that the dashboard sends when it opens, by the trace of the gateway `origin`."""
    calls: defaultdict[str, int] = defaultdict(int)
    page = await visits.open("/livez", origin=origin)
    await page.context.set_extra_http_headers(TRACE)
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if is_operation(response) else None)
    await page.goto(f"{origin}{dashboard(course)}#token={token}")
    await page.wait_for_function(SHOWN, timeout=60_000)
    await page.wait_for_load_state("networkidle")
    for answer in answers:
        name = str((answer.request.post_data_json or {})["operationName"])
        calls[name] = max(calls[name], len(batches(await answer.json())))
    await page.close()
    return dict(calls)


def is_operation(response: Response) -> bool:
    """Whether this is the answer to an operation."""
    return response.request.method == "POST" and response.url.endswith("/graphql")


def batches(body: Any) -> list[Any]:
    """The store calls in the trace of an answer."""
    found: list[Any] = body["extensions"]["stores"]["batches"]
    return found
