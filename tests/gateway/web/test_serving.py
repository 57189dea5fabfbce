"""How browsers get the pages and their files: headers, caching, encodings, and what is not served."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from tests.gateway.app_client import TOKEN_ACCESS, app_client
from tests.gateway.web.sample_pages import PAGE, SCRIPT, write_pages

HTML = {"Accept": "text/html"}
PATHS = ["/", "/dashboard?course=a", "/learn", "/verify/a-code", "/graphql"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return write_pages(tmp_path / "dist")


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a gateway that needs tokens, without one."""
    async with app_client(access=TOKEN_ACCESS, pages_folder=built) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_needs_no_token_and_is_revalidated(client: httpx2.AsyncClient, path: str) -> None:
    page = await client.get(path, headers=HTML)
    assert (page.status_code, page.text) == (200, PAGE)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
    assert "Accept" in page.headers.get_list("vary")
    again = await client.get(path, headers={**HTML, "If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", page.headers["etag"])
    # A browser takes the policy of the 304 for that of the page which it has.
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]


@pytest.mark.parametrize("path", PATHS)
async def test_inline_styles_are_allowed_on_graphiql_alone(client: httpx2.AsyncClient, path: str) -> None:
    page = await client.get(path, headers=HTML)
    assert ("'unsafe-inline'" in page.headers["content-security-policy"]) == (path == "/graphql")


SETTINGS = {
    "GATEWAY_PAGES_REMOTE_IMAGES": "true",
    "GATEWAY_AUTH_ISSUER": "https://login.example.org/school",
}


@pytest.mark.parametrize(
    ("settings", "demo", "attributes", "part"),
    [
        ({}, False, 'data-remote-images="false" data-demo="false"', "img-src 'self' data:; "),
        (SETTINGS, False, 'data-remote-images="true" data-demo="false"', "img-src 'self' data: https:; "),
        (SETTINGS, True, 'data-remote-images="true" data-demo="true"', "connect-src 'self' https://login.example.org;"),
    ],
)
async def test_a_page_knows_the_settings(
    built: Path, settings: Mapping[str, str], demo: bool, attributes: str, part: str
) -> None:
    roles = Route("/demo/roles.json", lambda request: None) if demo else None
    async with app_client(settings, demo_roles=roles, pages_folder=built) as client:
        page = await client.get("/")
    assert attributes in page.text
    assert part in page.headers["content-security-policy"]


async def test_other_settings_are_another_version_of_the_page(built: Path) -> None:
    tags = set()
    for settings in ({}, SETTINGS, {"GATEWAY_AUTH_ISSUER": "https://login.example.org"}):
        async with app_client(settings, pages_folder=built) as client:
            tags.add((await client.get("/")).headers["etag"])
    assert len(tags) == 3


async def test_a_file_is_kept_for_ever(client: httpx2.AsyncClient) -> None:
    script = await client.get("/assets/page-1a.js", headers={"Accept-Encoding": "identity"})
    assert (script.status_code, script.text) == (200, SCRIPT)
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "content-encoding" not in script.headers
    again = await client.get(
        "/assets/page-1a.js", headers={"Accept-Encoding": "identity", "If-None-Match": script.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_is_sent_as_the_build_encoded_it(client: httpx2.AsyncClient) -> None:
    as_gzip = await client.get("/assets/page-1a.js", headers={"Accept-Encoding": "gzip"})
    assert (as_gzip.text, as_gzip.headers["content-encoding"]) == (SCRIPT, "gzip")
    as_brotli = await client.head("/assets/page-1a.js", headers={"Accept-Encoding": "gzip, br"})
    assert (as_brotli.headers["content-encoding"], as_brotli.headers["content-length"]) == ("br", "9")
    assert as_brotli.headers["etag"] != as_gzip.headers["etag"]
    assert any("Accept-Encoding" in line for line in as_brotli.headers.get_list("vary"))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("small.css", "text/css; charset=utf-8"),
        ("codicon.ttf", "font/ttf"),
        ("font.woff2", "font/woff2"),
        ("module.wasm", "application/wasm"),
        ("graph.svg", "image/svg+xml"),
    ],
)
async def test_a_file_has_its_media_type(client: httpx2.AsyncClient, name: str, media_type: str) -> None:
    file = await client.get(f"/assets/{name}")
    assert (file.status_code, file.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize(
    "path",
    [
        *("/assets", "/assets/", "/assets/none.js", "/assets/below", "/assets/below/x.js", "/assets/below%2Fx.js"),
        *(
            "/assets/page-1a.js.br",
            "/assets/page-1a.js.gz",
            "/assets/notes.txt",
            "/assets/%00.js",
            f"/assets/{'x' * 300}.js",
        ),
        *("/assets/../home/page.html", "/assets/..%2F..%2Fsecret.js", "/assets/%2e%2e/%2e%2e/secret.js"),
        *("/assets/..%5C..%5Csecret.js", "/home/page.html", "/dist/home/page.html", "/dashboard/page.html"),
    ],
)
async def test_other_files_are_not_served(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/learn", "/assets/page-1a.js"])
async def test_pages_and_files_are_read_only(client: httpx2.AsyncClient, path: str) -> None:
    head = await client.head(path)
    assert (head.status_code, head.content if path.startswith("/assets") else b"") == (200, b"")
    assert (await client.post(path)).status_code == 405


async def test_a_gateway_without_pages_says_what_to_run(tmp_path: Path) -> None:
    async with app_client(access=TOKEN_ACCESS, pages_folder=tmp_path / "none") as client:
        for path in PATHS:
            page = await client.get(path, headers=HTML)
            assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
            assert "<code>quadrangle pages</code>" in page.text
            assert page.headers["cache-control"] == "no-store"
        assert (await client.get("/assets/page-1a.js")).status_code == 404


async def test_pages_that_are_built_while_it_serves_are_served(tmp_path: Path, built: Path) -> None:
    folder = tmp_path / "later"
    async with app_client(pages_folder=folder) as client:
        assert (await client.get("/")).status_code == 503
        built.rename(folder)
        assert (await client.get("/")).status_code == 200
