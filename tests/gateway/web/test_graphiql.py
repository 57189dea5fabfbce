"""GraphiQL is served from the package only, with a strict content security policy."""

import re

from gateway.web.graphiql import STATIC
from tests.gateway.app_client import TOKEN_ACCESS, app_client

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_a_browser_gets_graphiql_without_a_token() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        page = await client.get("/graphql", headers=BROWSER)
        query = await client.get("/graphql", params={"query": "{ me { id } }"}, headers=BROWSER)
        home = await client.get("/", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert query.status_code == 401
    assert home.headers["location"] == "/graphql"


async def test_the_page_loads_local_files_only() -> None:
    async with app_client() as client:
        page = await client.get("/graphql", headers=BROWSER)
        assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        for asset in assets:
            if asset != "data:,":
                response = await client.get(f"/{asset}")
                assert (asset, response.status_code) == (asset, 200)
    assert len(assets) == 5
    assert "<script>" not in page.text
    assert re.findall(r"url\((?!data:)[^)]*\)|@import", (STATIC / "graphiql.css").read_text()) == []


async def test_the_content_security_policy_allows_no_other_source() -> None:
    async with app_client() as client:
        page = await client.get("/graphql", headers=BROWSER)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


async def test_files_are_cached_and_revalidated_by_etag() -> None:
    async with app_client() as client:
        first = await client.get("/static/graphiql.js")
        again = await client.get("/static/graphiql.js", headers={"If-None-Match": first.headers["etag"]})
        outside = await client.get("/static/../settings.py")
    assert "max-age" in first.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")
    assert outside.status_code == 404
