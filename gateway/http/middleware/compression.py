"""Compresses responses: zstd (RFC 8878) where the client and the installation have it, else gzip."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.request_headers import headers_of
from gateway.web.content_codings import accepted_codings

if TYPE_CHECKING:
    from zstandard import ZstdCompressionObj

SMALLEST = 1_024
"""Bytes of a response that is worth compressing."""
GZIP_LEVEL = 4
ZSTD_LEVEL = 3
HAS_ZSTD = find_spec("zstandard") is not None
"""Whether the extra `zstandard` is installed."""


class Compression:
    """ASGI middleware. Event streams and responses that are encoded already stay as they are. `SecurityHeaders` adds
    `Vary: Accept-Encoding`."""

    def __init__(self, app: ASGIApp, *, has_zstd: bool = HAS_ZSTD) -> None:
        self._app = app
        self._has_zstd = has_zstd

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = accepted_codings(headers_of(scope).get("accept-encoding", ""))
        if "zstd" in accepted and self._has_zstd:
            await ZstdResponder(self._app, SMALLEST)(scope, receive, send)
        elif "gzip" in accepted:
            await GZipResponder(self._app, SMALLEST, GZIP_LEVEL)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class ZstdResponder(IdentityResponder):
    """Compresses one response with zstd."""

    content_encoding = "zstd"
    _compressor: "ZstdCompressionObj | None" = None

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        import zstandard

        if self._compressor is None:
            self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()
        end = zstandard.COMPRESSOBJ_FLUSH_BLOCK if more_body else zstandard.COMPRESSOBJ_FLUSH_FINISH
        return self._compressor.compress(body) + self._compressor.flush(end)
