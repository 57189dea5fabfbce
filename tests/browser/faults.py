"""Collects what goes wrong in pages: errors, warnings, failed requests, CSP reports and requests to other hosts."""

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError, WebSocket

LOOPBACK = ("127.0.0.1", "localhost")
OUTAGE = r"ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|WebSocket connection to"
"""What Chromium reports while the gateway is stopped."""
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.effectiveDirective} blocks ${event.blockedURI} in ${event.sourceFile}`));
"""


class Faults:
    """The faults of all pages of a test. It has no slots: Playwright keeps attributes in the object of a listener."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._announced: list[str] = []

    def announce(self, pattern: str) -> None:
        """Expect faults that match this regular expression."""
        self._announced.append(pattern)

    def unannounced(self) -> list[str]:
        """The faults so far, except the expected ones."""
        return [each for each in self._found if not any(re.search(pattern, each) for pattern in self._announced)]

    async def watch(self, context: BrowserContext) -> None:
        """Collect the faults of all pages that this browser profile opens from now on."""
        await context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failed)
        context.on("response", self._on_response)
        context.on("page", self._on_page)

    def _on_page(self, page: Page) -> None:
        page.on("websocket", self._on_socket)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._found.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self._found.append(f"page error: {error.error.stack or error.error.message}")

    def _on_request(self, request: Request) -> None:
        self._check_host(request.url)

    def _on_socket(self, socket: WebSocket) -> None:
        self._check_host(socket.url)

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in LOOPBACK:
            self._found.append(f"asks {url}")

    def _on_failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left or redrawn aborts its own requests
            self._found.append(f"request failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._found.append(f"response: {response.request.method} {response.url}: {response.status}")
