"""Scripts, styles and fonts of the pages. Their names have the hash of their content, so browsers keep them."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from gateway.web.content_codings import best_coding

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""The files that are served, by their suffix."""
SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""The suffix of a file that the build encoded, best first."""
FOR_EVER = "public, max-age=31536000, immutable"
REPEATED = ("cache-control", "content-security-policy", "etag", "vary")
"""The headers that a 304 repeats. A browser takes over all that it has, also a policy that is not the page's."""


def assets_route(folder: Path) -> Route:
    """The route of the files of a folder, without those of folders below it."""

    def asset(request: Request) -> Response:
        path = folder / request.path_params["name"]
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type is None or not is_file(path):
            raise HTTPException(404)
        coding = best_coding(
            request.headers.get("accept-encoding", ""),
            tuple(coding for coding, suffix in SUFFIXES.items() if encoded(path, suffix).is_file()),
        )
        suffix = "" if coding is None else SUFFIXES[coding]
        headers = {"Cache-Control": FOR_EVER, "ETag": f'"{path.name}{suffix}"'}
        if coding is not None:
            headers["Content-Encoding"] = coding
        response = FileResponse(encoded(path, suffix), headers=headers, media_type=media_type)
        return not_modified(request, response) or response

    return Route("/assets/{name}", asset)


def is_file(path: Path) -> bool:
    """Whether there is such a file. There is none with a name that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def encoded(path: Path, suffix: str) -> Path:
    """The file that the build encoded."""
    return path.with_name(path.name + suffix)


def not_modified(request: Request, response: Response) -> Response | None:
    """304 in place of the response, if the client has it already."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {"*", response.headers["etag"].removeprefix("W/")}:
        repeated = {name: response.headers[name] for name in REPEATED if name in response.headers}
        return Response(status_code=304, headers=repeated)
    return None
