"""`python -m tests pictures`: writes docs/pictures from the demo, as a person sees it in Chromium."""

import asyncio
import base64
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from gateway.runtime.console import ProgressBars, stderr_console
from tests.browser.chromium import open_chromium
from tests.browser.demo import Demo, run_demo
from tests.browser.pages import PAGES, paths_in, shown
from tests.browser.visits import Visits

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
LARGEST = 150_000
"""Bytes of a picture."""
QUALITIES = (90, 80, 70, 60, 50, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`case`: the page, of pages.py. `clicks`: what is clicked in it first. `waits_for` is seen in the picture."""

    name: str
    case: str
    width: int = 1280
    height: int = 800
    dark: bool = False
    clicks: Sequence[str] = ()
    waits_for: str | None = None


EXECUTE = "button[aria-label^='Execute query']"
PLAN = ("[data-example=instructor_grid]", EXECUTE, EXECUTE, "button[aria-label='Show Plan']")
"""The second run is that of the compiled plan."""
PICTURES: Sequence[Picture] = (
    Picture(name="home", case="home"),
    Picture(name="dashboard", case="dashboard"),
    Picture(name="dashboard-dark", case="dashboard", dark=True),
    Picture(name="charts", case="dashboard", clicks=["a:text-is('Charts')"]),
    Picture(name="learner", case="learner"),
    Picture(
        name="learn",
        case="learn",
        clicks=["button:has-text('Python for data work')"],
        waits_for="#content >> text=Notebook",
    ),
    Picture(name="learn-phone", case="learn", width=390, height=844, dark=True),
    Picture(name="certificate", case="verify", width=900, height=640),
    Picture(name="graphiql", case="explorer", clicks=PLAN, waits_for="tr[data-call]"),
)


async def webp_of(page: Page) -> bytes:
    """The page as a WebP picture of the best quality that is small enough. Playwright itself writes PNG and JPEG."""
    session = await page.context.new_cdp_session(page)
    for quality in QUALITIES:
        answer = await session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(answer["data"])
        if len(picture) <= LARGEST:
            return picture
    raise SystemExit(f"{page.url}: the picture is larger than {LARGEST:,} bytes in every quality")


async def draw(demo: Demo, chromium: str, bars: ProgressBars) -> None:
    """Write all pictures of this demo."""
    cases = {case.name: case for case in PAGES}
    paths: Mapping[str, str] = await paths_in(demo)
    async with open_chromium(chromium) as browser:
        visits = Visits(browser, demo.origin)
        for number, picture in enumerate(PICTURES, 1):
            case = cases[picture.case]
            page = await visits.open(
                paths[case.name],
                token=demo.token(case.viewer),
                width=picture.width,
                height=picture.height,
                dark=picture.dark,
                still=True,
            )
            await shown(page, case)
            for click in picture.clicks:
                await page.locator(click).first.click()
            if picture.waits_for is not None:
                await page.locator(picture.waits_for).first.wait_for()
            await page.wait_for_load_state("networkidle")
            (FOLDER / f"{picture.name}.webp").write_bytes(await webp_of(page))
            bars("pictures", number, len(PICTURES))
        await visits.close()
        if faults := visits.faults.unannounced():
            raise SystemExit("\n".join(faults))


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("there is no chromium on the PATH", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="quadrangle-pictures-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's user must reach its data
        with run_demo(Path(folder)) as demo, ProgressBars(stderr_console(), done="drew") as bars:
            asyncio.run(draw(demo, chromium, bars))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
