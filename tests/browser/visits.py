"""Opens pages, each as a person with a browser of their own."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.faults import Faults

TIMEOUT_MS = 20_000
LIVE_MS = 3_000
"""A live change appears within 1 s of the acknowledged write. Two more seconds are for a busy machine."""


@dataclass(slots=True)
class Visits:
    """The visits of one test to the pages of `origin`."""

    browser: Browser
    origin: str
    faults: Faults = field(default_factory=Faults)
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def open(
        self,
        path: str,
        *,
        token: str | None = None,
        origin: str | None = None,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        still: bool = False,
        locale: str = "en-GB",
        time_zone: str = "Europe/London",
    ) -> Page:
        """Open a page in a new browser profile, whose storage is empty.

        `token` is handed over in the address. `still`: the person prefers reduced motion.
        """
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
            locale=locale,
            timezone_id=time_zone,
        )
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        await self.faults.watch(context)
        page = await context.new_page()
        await page.goto(f"{origin or self.origin}{path}" + (f"#token={token}" if token else ""))
        return page

    async def draw(self, folder: Path) -> None:
        """Write a picture of each page into this folder."""
        for number, page in enumerate(page for context in self._contexts for page in context.pages):
            path = folder / f"page-{number}.png"
            await page.screenshot(path=path)
            print(f"{page.url}: {path}")

    async def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            await context.close()
