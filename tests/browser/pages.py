"""The pages that the tests of habits open, each with data of the demo, and how to know that a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from playwright.async_api import Page, expect

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from resolvers.viewer import Viewer
from tests.browser.demo import Demo

CERTIFIED = """query ($course: String!) {
  enrollments(course: $course, state: [COMPLETED], first: 1) {
    edges { node { registration certificate { verifyCode } } }
  }
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCase:
    """A page as a viewer opens it. `path` may name $course, and $registration and $code of a learner who has completed
    it. `shows`: a selector of its main content. `becomes_quiet`: the browser reports the end of all its requests.
    `dark`: a selector of what is there once the page is dark. `excused`: rules of axe that a
    library of the page breaks."""

    name: str
    path: str
    viewer: Viewer = ADMIN
    shows: str = "main h1"
    becomes_quiet: bool = True
    dark: str = "html"
    excused: Sequence[str] = ()


PAGES: Sequence[PageCase] = (
    PageCase(name="home", path="/"),
    PageCase(name="courses", path="/dashboard", viewer=INSTRUCTOR, shows=".courses a"),
    PageCase(name="dashboard", path="/dashboard?course=$course", viewer=INSTRUCTOR, shows="tr[data-registration]"),
    PageCase(name="learner", path="/dashboard?course=$course&registration=$registration", viewer=INSTRUCTOR),
    PageCase(name="learn", path="/learn?course=$course", viewer=LEARNER, shows=".item"),
    # The requests of GraphiQL's workers are not always reported. The button that closes a tab is within the tab.
    PageCase(
        name="explorer",
        path="/graphql",
        shows="[data-example]:enabled",
        becomes_quiet=False,
        dark=".vs-dark",
        excused=["nested-interactive"],
    ),
    PageCase(name="verify", path="/verify/$code"),
    PageCase(name="unknown-certificate", path="/verify/ABCD-EFGH"),
)


async def paths_in(demo: Demo) -> dict[str, str]:
    """The path of each page, with data of this demo."""
    answer = await demo.ask(CERTIFIED, {"course": SQL101})
    [edge] = answer["enrollments"]["edges"]
    registration, code = edge["node"]["registration"], edge["node"]["certificate"]["verifyCode"]
    given = {"course": SQL101.replace("+", "%2B"), "registration": registration, "code": code}
    return {case.name: Template(case.path).substitute(given) for case in PAGES}


async def content_of(page: Page, case: PageCase) -> None:
    """Wait until the page shows its main content."""
    await expect(page.locator(case.shows).first).to_be_visible(timeout=20_000)


async def shown(page: Page, case: PageCase) -> None:
    """Wait until the page shows its content and requests no more of it."""
    await content_of(page, case)
    if case.becomes_quiet:
        await page.wait_for_load_state("networkidle")
