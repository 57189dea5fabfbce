"""The pages that people open in a browser. `dist/` has them, as Vite builds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.web.assets import assets_route, not_modified
from gateway.web.page_policy import page_policy

EXPLORER = "explorer"
PATHS = {
    "/": "home",
    "/dashboard": "dashboard",
    "/learn": "learn",
    "/verify": "verify",
    "/verify/{code:path}": "verify",
}
NOT_BUILT = """\
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Quadrangle</title></head>
  <body><p>The pages of this gateway are not built: run <code>quadrangle pages</code> where it is installed.</p></body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of a gateway. `remote_images`: they may show pictures of other servers. `demo`: the gateway is a demo,
    with roles to choose from. `issuer`: who signs the tokens. `folder` has what was built."""

    remote_images: bool
    demo: bool
    issuer: str | None
    folder: Path

    def response(self, name: str, request: Request) -> Response:
        """The HTML of a page, which reads a file; 503 if it is not built."""
        try:
            text = (self.folder / name / "page.html").read_text("utf-8")
        except FileNotFoundError:
            return HTMLResponse(NOT_BUILT, 503)
        for attribute, value in (("data-remote-images", self.remote_images), ("data-demo", self.demo)):
            text = text.replace(f'{attribute}="false"', f'{attribute}="{str(value).lower()}"', 1)
        policy = page_policy(name, remote_images=self.remote_images, issuer=self.issuer)
        tag = sha256(f"{policy}\n{text}".encode()).hexdigest()[:32]
        headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-cache",
            "ETag": f'W/"{tag}"',  # weak: the text may be compressed
            "Vary": "Accept",
        }
        response = HTMLResponse(text, headers=headers)
        return not_modified(request, response) or response

    def routes(self) -> list[BaseRoute]:
        """The routes of the pages, except for GraphiQL's, and of their files."""

        def route(path: str, name: str) -> Route:
            return Route(path, lambda request: self.response(name, request))

        return [*(route(path, name) for path, name in PATHS.items()), assets_route(self.folder / "assets")]


def wants_page(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether a GET request is a browser opening GraphiQL, not a query."""
    return request.method == "GET" and "text/html" in headers.get("accept", "") and "query" not in request.query_params
