"""The content security policy of each page."""

import re
from urllib.parse import urlsplit

HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


def page_policy(name: str, *, remote_images: bool, issuer: str | None) -> str:
    """The policy of a page: everything comes from this origin.

    GraphiQL's editor positions itself by inline styles, and its style sheet has fonts. `remote_images` allows pictures
    of any server. Scripts may send requests to `issuer`, which signs the tokens, if it is an address.
    """
    explorer = name == "explorer"
    origin = origin_of(issuer or "")
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self'",
        "style-src": "'self' 'unsafe-inline'" if explorer else "'self'",
        "img-src": "'self' data: https:" if remote_images else "'self' data:",
        "font-src": "'self' data:" if explorer else "'self'",
        "connect-src": "'self'" if origin is None else f"'self' {origin}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{directive} {allowed}" for directive, allowed in sources.items())


def origin_of(address: str) -> str | None:
    """The origin of an http or https address, None for any other text."""
    try:
        parts = urlsplit(address)
        host, port = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}"), parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}" if port is None else f"{parts.scheme}://{host}:{port}"
