"""One browser and one demo for all tests of this package, and the pages that a test opens."""

from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import open_chromium
from tests.browser.demo import Demo, run_demo
from tests.browser.pages import paths_in
from tests.browser.visits import Visits

FAILED = pytest.StashKey[bool]()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Run the tests of this package in one event loop, that of the browser; without `--long`, only the smoke tests."""
    item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)
    if not item.config.getoption("--long") and item.get_closest_marker("smoke") is None:
        item.add_marker(pytest.mark.skip("the browser suite runs only in `make full`"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note a failed test for the fixture that draws its pages."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests: each visit has a profile of its own."""
    async with open_chromium(chromium) as opened:
        yield opened


@pytest.fixture(scope="package")
def demo(built_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of 400 learners, seed 1. Tests that write use learners of their own."""
    folder = tmp_path_factory.mktemp("browser")
    folder.chmod(0o711)  # PostgreSQL's user must reach its data
    with run_demo(folder) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def visits(browser: Browser, demo: Demo, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Visits]:
    """Opens pages of the demo. The test fails at its end if a page reported a fault that was not announced."""
    opened = Visits(browser, demo.origin)
    yield opened
    if request.node.stash.get(FAILED, False):
        await opened.draw(tmp_path)
    await opened.close()
    assert opened.faults.unannounced() == []


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def paths(demo: Demo) -> Mapping[str, str]:
    """The path of each page, with data of the demo."""
    return await paths_in(demo)
