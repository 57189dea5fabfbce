"""/verify: anybody reads what a certificate certifies, and learns nothing from other codes."""

import pytest
from playwright.async_api import Page, Route, expect

from gateway.datasets.demo.viewers import ADMIN
from tests.browser.demo import Demo
from tests.browser.pages import paths_in
from tests.browser.recorded import operations_of, recorded_requests
from tests.browser.visits import Visits

pytestmark = pytest.mark.slow

UNKNOWN = "/verify/NkOlGxo5-o8G_5j20l0zEoljsnwQqACvlb0G0-FCZcQ"
MALFORMED = ["ABCD", "x" * 500, "a/b/c", "%E0%A4", "%00", "..%2F..", "%20", "' OR 1=1", "<script>"]


async def certificate_path(demo: Demo) -> str:
    return (await paths_in(demo))["verify"]


async def test_a_certificate_is_shown_without_a_token(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/verify")
    requests = recorded_requests(page)
    path = await certificate_path(demo)
    await page.goto(f"{visits.origin}{path}#token={demo.token(ADMIN)}")
    await expect(page.get_by_role("heading", name="This certificate is valid")).to_be_visible()
    card = page.locator(".verify-card")
    await expect(card).to_contain_text("SQL from the ground up")
    await expect(card).to_contain_text("Issued on")
    await expect(card).to_contain_text("The learner passed the required assessments.")
    await expect(card).not_to_contain_text("Revoked on")
    [sent] = [each for each in requests if "VerifyCertificate" in (each.post_data or "")]
    assert "authorization" not in sent.headers


async def test_the_form_finds_a_certificate_and_the_browser_goes_back(visits: Visits, demo: Demo) -> None:
    page = await visits.open("/verify")
    code = (await certificate_path(demo)).removeprefix("/verify/")
    await page.get_by_label("Code").fill(f" {code} ")
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_role("heading", name="This certificate is valid")).to_be_visible()
    assert page.url == f"{visits.origin}/verify/{code}"
    await page.go_back()
    await expect(page.get_by_text("Each certificate has a code.")).to_be_visible()
    await page.get_by_label("Code").fill("..")
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_role("heading", name="There is no certificate")).to_be_visible()


async def look(page: Page) -> str:
    """The content of the page, as it was rendered."""
    await expect(page.locator("[data-found]")).to_be_visible()
    await expect(page.locator("header .viewer")).to_contain_text("demo-admin")
    return str(await page.evaluate("document.getElementById('page').innerHTML.replace(/ value=\"[^\"]*\"/, '')"))


async def test_unknown_and_malformed_codes_look_the_same(visits: Visits) -> None:
    page = await visits.open(UNKNOWN)
    unknown, requests = await look(page), recorded_requests(page)
    for code in MALFORMED:
        requests.clear()
        await page.goto(f"{visits.origin}/verify/{code}")
        assert await look(page) == unknown, code
        [verify] = [each for each in operations_of(requests) if each["operationName"] == "VerifyCertificate"]
        assert verify["variables"].keys() == {"code"}


async def test_a_store_that_is_down_is_not_an_unknown_certificate(visits: Visits) -> None:
    page = await visits.open("/verify")
    facts = {"courseTitle": "SQL", "learnerName": None, "issuedAt": "2026-03-01T12:00:00Z", "revokedAt": None}
    path = ["verifyCertificate"]

    def down(store: str, *field: str) -> dict[str, object]:
        return {
            "message": "does not answer",
            "path": [*path, *field],
            "extensions": {"code": "STORE_UNAVAILABLE", "store": store},
        }

    answers = [
        {"data": {"verifyCertificate": None}, "errors": [down("progress")]},
        {
            "data": {"verifyCertificate": facts | {"basis": "ASSESSMENT"}},
            "errors": [down("profiles", "learnerName")],
        },
        {
            "data": {
                "verifyCertificate": facts
                | {"basis": "PARTICIPATION", "learnerName": "Ada", "revokedAt": "2026-03-02T12:00:00Z"}
            }
        },
    ]

    async def answer(route: Route) -> None:
        if "VerifyCertificate" in (route.request.post_data or ""):
            await route.fulfill(json=answers[0])
        else:
            await route.continue_()

    await page.route("**/graphql", answer)
    await page.goto(f"{visits.origin}/verify/code")
    await expect(page.locator(".notice[data-store=progress]")).to_be_visible()
    await expect(page.locator("[data-found]")).to_have_count(0)
    answers.pop(0)
    await page.reload()
    await expect(page.locator(".verify-name .notice[data-store=profiles]")).to_be_visible()
    await expect(page.locator(".verify-card")).to_contain_text("1 Mar 2026")
    answers.pop(0)
    await page.reload()
    await expect(page.get_by_role("heading", name="This certificate was revoked")).to_be_visible()
    await expect(page.locator(".verify-card")).to_contain_text("2 Mar 2026")


async def test_the_printed_page_is_the_certificate_alone(visits: Visits, demo: Demo) -> None:
    page = await visits.open(await certificate_path(demo))
    await expect(page.locator(".verify-card")).to_be_visible()
    await page.emulate_media(media="print")
    for selector in ("header", ".verify-form", ".verify-print"):
        await expect(page.locator(selector)).to_be_hidden()
    await expect(page.locator(".verify-name")).to_be_visible()
