"""Which pages of other sites may use the gateway from a browser, by their origin (RFC 6454)."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from strawberry.http.websocket_origin import is_same_origin

log = logging.getLogger("quadrangle.http")
LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
SHOWN = re.compile(r"[A-Za-z0-9.:/\[\]_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The allowed origins: `listed` ones exactly, and those of loopback servers on any port if `loopback`."""

    listed: frozenset[str] = frozenset()
    loopback: bool = False

    def allow(self, origin: str) -> bool:
        """Whether pages of this origin may use the gateway."""
        return origin in self.listed or (self.loopback and LOOPBACK.fullmatch(origin) is not None)


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether a browser sent the request for a page of another origin. Other clients send no Origin."""
    origin = headers.get("origin")
    return origin is not None and not is_same_origin(origin, headers.get("host", ""))


def log_refused(origin: str) -> None:
    """Log why a page cannot use the gateway."""
    shown = origin if SHOWN.fullmatch(origin) else "(malformed)"
    if origin == "null":
        advice = "pages from files and in sandboxed frames cannot be allowed"
    else:
        advice = "list it in GATEWAY_HTTP_ORIGINS to allow its pages"
    log.warning("refused origin %s: %s", shown, advice, extra={"origin": shown})
