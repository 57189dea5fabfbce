"""The GraphiQL page and its files. All of them are in the package; the page loads nothing from other servers."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).with_name("static")
HEADERS = {
    # Inline styles are allowed because the editor positions its cursor and widgets with them.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
CACHE_CONTROL = "public, max-age=3600"
"""File names have no version, so browsers revalidate by ETag after an hour."""


class SecuredFiles(StaticFiles):
    """Static files with the page's content security policy."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update({**HEADERS, "Cache-Control": CACHE_CONTROL})
        return response


def static_route() -> Mount:
    """The route of the page's scripts and styles."""
    return Mount("/static", SecuredFiles(directory=STATIC))


def wants_graphiql(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether a GET request is a browser opening the page, not a query."""
    return request.method == "GET" and "text/html" in headers.get("accept", "") and "query" not in request.query_params


def graphiql_page() -> Response:
    """The HTML page."""
    return FileResponse(STATIC / "page.html", headers={**HEADERS, "Vary": "Accept"})
