"""Starts Debian's Chromium, which reaches loopback only."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from tests.browser.faults import LOOPBACK

LOOPBACK_ONLY = f"--host-resolver-rules=MAP * ~NOTFOUND, {', '.join(f'EXCLUDE {host}' for host in LOOPBACK)}"
"""No other host exists, neither by name nor by address."""


@asynccontextmanager
async def open_chromium(path: str) -> AsyncIterator[Browser]:
    """A browser, until the block ends. Chromium refuses to run its sandbox as root."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.getuid() != 0, args=[LOOPBACK_ONLY]
        )
        try:
            yield browser
        finally:
            await browser.close()
