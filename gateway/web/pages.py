"""The pages that people open in a browser, and their scripts and styles. `dist/` has them, as Vite builds them."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

DIST = Path(__file__).with_name("dist")
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'{styles}; img-src 'self' data:; "
    "font-src 'self'{fonts}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PATHS = {
    "/": "home",
    "/dashboard": "dashboard",
    "/learn": "learn",
    "/verify": "verify",
    "/verify/{code:path}": "verify",
}


def page_response(name: str) -> Response:
    """The HTML of a page."""
    explorer = name == "explorer"
    policy = POLICY.format(styles=" 'unsafe-inline'" if explorer else "", fonts=" data:" if explorer else "")
    path = DIST / name / "page.html"
    if not path.exists():
        return PlainTextResponse("The pages are not built: run `quadrangle pages`.", 503)
    return FileResponse(path, headers={"Content-Security-Policy": policy, "Vary": "Accept"})


def page_routes() -> list[BaseRoute]:
    """The routes of the pages, except for GraphiQL, and of their files."""

    def route(path: str, name: str) -> Route:
        return Route(path, lambda request: page_response(name))

    assets = Mount("/assets", StaticFiles(directory=DIST / "assets", check_dir=False))
    return [*(route(path, name) for path, name in PATHS.items()), assets]


def wants_page(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether a GET request is a browser opening GraphiQL, not a query."""
    return request.method == "GET" and "text/html" in headers.get("accept", "") and "query" not in request.query_params
