"""Every page: contrast in light and dark, reduced motion, narrow windows, no layout shift, and the keyboard."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.backends import missing
from tests.browser.changed_answers import change_answers
from tests.browser.demo import Demo
from tests.browser.pages import PAGES, PageCase, shown
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

AXE = Path(__file__).parent.parent / "protocol/node_modules/axe-core/axe.min.js"
NARROW, MEDIUM, WIDE = 360, 768, 1440
VIOLATIONS = """async (excused) => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .filter(({ id }) => !excused.includes(id)).map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`);
}"""
SHIFT = """() => new Promise((resolve) => {
  const sources = [];
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources: moved } of list.getEntries()) {
      if (hadRecentInput) continue;
      sum += value;
      sources.push(...moved.map(({ node }) => `${value.toFixed(3)} ${node?.nodeName} ${node?.className ?? ""}`));
    }
  });
  observer.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => resolve([sum, sources])));
})"""
WIDER = """() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > clientWidth + 1)
    .map((each) => `${each.nodeName} ${each.className}`).slice(0, 8);
}"""
MOVING = """() => document.getAnimations().filter(({ playState }) => playState === "running")
  .map(({ effect }) => `${effect?.target?.nodeName} ${effect?.target?.className}`)"""
# Radio buttons of one group are one stop, and a closed <details> hides its content.
LIST_STOPS = """() => {
  const groups = new Set();
  window.stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
    (each) => {
      if (each.disabled || each.tabIndex < 0 || each.type === "hidden" || each.closest("[inert]")) return false;
      if (!each.checkVisibility({ visibilityProperty: true })) return false;
      if (each.type !== "radio") return true;
      const first = !groups.has(each.name);
      groups.add(each.name);
      return first;
    });
  return window.stops.map((each) => `${each.nodeName} ${each.textContent.trim() || each.ariaLabel || each.name}`);
}"""
FOCUSED = """() => {
  const focused = document.activeElement, group = focused.type === "radio" ? focused.name : null;
  const index = window.stops.findIndex((each) => each === focused || (group !== null && each.name === group));
  const ringed = [null, "::before", "::after"].some((part) => {
    const { content, outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused, part);
    if (part !== null && content === "none") return false;
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  });
  return [index, ringed];
}"""


EXPLORER = "explorer"
"""GraphiQL's editor keeps Tab for itself."""
every_page = pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
every_page_without_editor = pytest.mark.parametrize(
    "case", [case for case in PAGES if case.name != EXPLORER], ids=lambda case: case.name
)
Paths = Mapping[str, str]


async def still(page: Page, case: PageCase) -> None:
    """Wait for the content, which must not have moved."""
    await shown(page, case)
    shift, sources = await page.evaluate(SHIFT)
    assert shift < 0.1, sources


@every_page
async def test_a_page_fits_all_windows_and_axe_finds_nothing_serious(
    visits: Visits, demo: Demo, paths: Paths, case: PageCase
) -> None:
    if not AXE.is_file():
        missing("axe-core: the npm packages of the protocol suites are not installed (`make full` installs them)")
    page = await visits.open(paths[case.name], token=demo.token(case.viewer), width=NARROW)
    await still(page, case)
    for width in (NARROW, MEDIUM, WIDE):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate(WIDER) == []
    await page.reload()
    await still(page, case)
    await page.emulate_media(reduced_motion="reduce")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    assert await page.evaluate(VIOLATIONS, case.excused) == []
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.wait_for_selector(case.dark)
    assert await page.evaluate(VIOLATIONS, case.excused) == []
    assert await page.evaluate(MOVING) == []


@every_page_without_editor
async def test_long_words_make_no_page_wider(visits: Visits, demo: Demo, paths: Paths, case: PageCase) -> None:
    page = await visits.open("/verify", width=NARROW, token=demo.token(case.viewer))
    fields = ("title", "displayName", "description", "learnerName", "courseTitle")
    await change_answers(page, dict.fromkeys(fields, "a" * 1_000))
    await page.goto(f"{visits.origin}{paths[case.name]}")
    await shown(page, case)
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW


@every_page_without_editor
async def test_tab_reaches_everything_in_its_order_with_a_visible_focus(
    visits: Visits, demo: Demo, paths: Paths, case: PageCase
) -> None:
    page = await visits.open(paths[case.name], token=demo.token(case.viewer), width=WIDE)
    await shown(page, case)
    names = await page.evaluate(LIST_STOPS)
    assert names
    reached, without_ring = [], []
    for _ in range(2 * len(names)):  # scrolling parts are stops, too
        await page.keyboard.press("Tab")
        index, has_ring = await page.evaluate(FOCUSED)
        if index >= 0:
            reached.append(names[index])
            if not has_ring:
                without_ring.append(names[index])
        if index == len(names) - 1:
            break
    assert reached == names
    assert without_ring == []
