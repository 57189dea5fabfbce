"""GraphiQL for a browser, out of the package: no other server is asked for anything."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).with_name("static")
HEADERS = {
    # Styles alone may be inline: the editor places its cursor and widgets by them.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
KEPT = "public, max-age=3600"
"""The files have no version in their names: an hour, then the browser asks again with their ETag."""


class Files(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update({**HEADERS, "Cache-Control": KEPT})
        return response


def static_route() -> Mount:
    return Mount("/static", Files(directory=STATIC))


def wants_explorer(request: Request) -> bool:
    """A browser's visit, in contrast to a query by GET."""
    asks_for_page = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and asks_for_page and "query" not in request.query_params


def explorer_page() -> Response:
    return FileResponse(STATIC / "explorer.html", headers={**HEADERS, "Vary": "Accept"})
