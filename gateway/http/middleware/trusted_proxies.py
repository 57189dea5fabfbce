"""Believes what trusted proxies say about the clients behind them: their addresses, and the schemes that they used."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.client_address import client_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NODE = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+)(?::[0-9]{1,5})?|([0-9A-Fa-f:.]+)")
"""An address, in brackets or not, and a port (RFC 7239, section 6; proxies write X-Forwarded-For in the same way)."""
PAIR = re.compile(r'[ \t]*([\w!#$%&\'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))[ \t]*')
"""A parameter of a Forwarded header and its value (RFC 7239, section 4)."""
MOST_HOPS = 32
"""Of X-Forwarded-For. Clients can fill a head with addresses, which take 5 µs each."""
SECURE = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}
"""The ASGI scheme of each protocol that a proxy may name, by the type of the scope."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Who connected to a proxy, None if the proxy hides it or names it in no known form, and by which protocol."""

    address: Address | None
    protocol: str = ""


class TrustedProxies:
    """ASGI middleware: puts the address of the client and the scheme that it used in the scope.

    Only what a proxy of the `trusted` networks says is believed. Each proxy appends who connected to it, so the hops
    are read from the last one, past trusted proxies. Clients can send these headers, too, and few proxies replace both:
    if Forwarded and X-Forwarded-For disagree about the client, neither is believed.
    """

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._trusted and scope["type"] in SECURE and self._trusts(_parse_address(client_address(scope))):
            headers = Headers(scope=scope)
            found = [
                self._client(reversed(hops)) for hops in (forwarded(headers), x_forwarded(headers)) if hops is not None
            ]
            if found and found[0] is not None and all(each and each.address == found[0].address for each in found):
                scope["client"] = (str(found[0].address), 0)
                scope["scheme"] = SECURE[scope["type"]].get(found[0].protocol, scope["scheme"])
        await self._app(scope, receive, send)

    def _client(self, hops: Iterable[Hop]) -> Hop | None:
        """The first hop, from the last one, that is no trusted proxy; the one before a hop without an address."""
        client = None
        for hop in hops:
            if hop.address is None:
                break
            client = hop
            if not self._trusts(hop.address):
                break
        return client

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def forwarded(headers: Headers) -> list[Hop] | None:
    """The hops of the Forwarded headers (RFC 7239), None if there is none. A malformed one has no address."""
    text = ",".join(headers.getlist("forwarded"))
    if not text:
        return None
    elements = list(_elements(text))
    return [Hop(_parse_address(element.get("for", "")), element.get("proto", "").lower()) for element in elements]


def _elements(text: str) -> Iterator[dict[str, str]]:
    """The parameters of each element. Text that is none ends the elements with an empty one."""
    element: dict[str, str] = {}
    position = 0
    while pair := PAIR.match(text, position):
        quoted = re.sub(r"\\(.)", r"\1", pair[2] or "")
        element[pair[1].lower()] = quoted or pair[3] or ""
        position = pair.end() + 1
        if pair.end() == len(text) or text[pair.end()] == ",":
            yield element
            element = {}
            if pair.end() == len(text):
                return
        elif text[pair.end()] != ";":
            break
    yield {}


def x_forwarded(headers: Headers) -> list[Hop] | None:
    """The last hops of X-Forwarded-For, None if there is none. Proxies that do not append to X-Forwarded-Proto replace
    it: its last value is then that of all hops."""
    text = ",".join(headers.getlist("x-forwarded-for"))
    if not text:
        return None
    addresses = text.split(",")
    protocols = ",".join(headers.getlist("x-forwarded-proto")).split(",")
    if len(protocols) != len(addresses):
        protocols = [protocols[-1]] * len(addresses)
    last = list(zip(addresses, protocols, strict=True))[-MOST_HOPS:]
    return [Hop(_parse_address(address.strip()), protocol.strip().lower()) for address, protocol in last]


def _parse_address(text: str) -> Address | None:
    node = NODE.fullmatch(text)
    if node is None:
        return None
    try:
        address = ip_address(node[1] or node[2] or node[3])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
