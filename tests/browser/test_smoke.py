"""Every page opens and shows its main content. `make test` runs these tests; they take 20 s at most, with the demo."""

from collections.abc import Mapping

import pytest

from tests.browser.demo import Demo
from tests.browser.pages import PAGES, PageCase, content_of
from tests.browser.visits import Visits

pytestmark = [pytest.mark.slow, pytest.mark.smoke]


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
async def test_a_page_opens(visits: Visits, demo: Demo, paths: Mapping[str, str], case: PageCase) -> None:
    page = await visits.open(paths[case.name], token=demo.token(case.viewer))
    await content_of(page, case)
