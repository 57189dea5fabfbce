"""The address of clients behind proxies."""

import pytest
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.config.settings import read_settings
from gateway.http.client_address import client_address
from gateway.http.middleware.trusted_proxies import MOST_HOPS, TrustedProxies, x_forwarded
from gateway.runtime.errors import CommandError

PROXY, CLIENT = "10.0.0.1", "203.0.113.7"
TRUSTED = read_settings({"GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8"}).proxies.trusted


async def seen(peer: str, *headers: tuple[str, str], kind: str = "http") -> tuple[str, str]:
    """The address and the scheme that the app sees."""
    found: list[tuple[str, str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append((client_address(scope), scope["scheme"]))

    async def unused(*_: object) -> None:
        raise AssertionError("the middleware sends and receives nothing")

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scheme = {"http": "http", "websocket": "ws"}[kind]
    scope = {"type": kind, "scheme": scheme, "client": (peer, 1) if peer else None, "headers": raw}
    await TrustedProxies(app, trusted=TRUSTED)(scope, unused, unused)  # type: ignore[arg-type]
    return found[0]


def by(value: str) -> tuple[str, str]:
    return ("x-forwarded-for", value)


def forwarded(value: str) -> tuple[str, str]:
    return ("forwarded", value)


@pytest.mark.parametrize("header", [by(CLIENT), forwarded(f"for={CLIENT};proto=https"), ("x-forwarded-proto", "https")])
async def test_other_peers_are_not_believed(header: tuple[str, str]) -> None:
    assert await seen("198.51.100.9", header) == ("198.51.100.9", "http")
    assert await seen("", header) == ("", "http")


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (by(CLIENT), CLIENT),
        (by(f"{CLIENT}:4711"), CLIENT),
        (by(f"6.6.6.6, {CLIENT}"), CLIENT),  # the client sent the first one itself
        (by(f"6.6.6.6, {CLIENT}, 10.9.9.9"), CLIENT),  # two trusted proxies
        (by("10.7.7.7, 10.9.9.9"), "10.7.7.7"),
        (by(f"{CLIENT}, unknown"), PROXY),
        (by(f"{CLIENT}, _hidden, 10.9.9.9"), "10.9.9.9"),
        (by("2001:DB8::1"), "2001:db8::1"),
        (by("[2001:db8::1]:443"), "2001:db8::1"),
        (by(f"::ffff:{CLIENT}"), CLIENT),
        (by(""), PROXY),
        (by("999.1.1.1"), PROXY),
        (by(","), PROXY),
        (forwarded(f"for={CLIENT}"), CLIENT),
        (forwarded(f'For="{CLIENT}:4711";by=10.0.0.1;host=q.example'), CLIENT),
        (forwarded('for="[2001:db8:cafe::17]:4711"'), "2001:db8:cafe::17"),
        (forwarded(f"for=6.6.6.6, for={CLIENT};proto=http , for=10.9.9.9"), CLIENT),
        (forwarded(f'for={CLIENT};host="a,b;for=6.6.6.6"'), CLIENT),
        (forwarded(f"for={CLIENT}, for=unknown"), PROXY),
        (forwarded(f"for={CLIENT}, nonsense"), PROXY),
        (forwarded(f'for={CLIENT}, for="'), PROXY),
        (forwarded("proto=https"), PROXY),
    ],
)
async def test_a_trusted_proxy_is_believed_about_its_own_peer(header: tuple[str, str], address: str) -> None:
    assert (await seen(PROXY, header))[0] == address
    assert (await seen(f"::ffff:{PROXY}", header))[0] in {address, f"::ffff:{PROXY}"}
    assert (await seen(PROXY, header, kind="websocket"))[0] == address


async def test_headers_of_several_lines_are_one_list() -> None:
    assert (await seen(PROXY, by("6.6.6.6"), by(CLIENT)))[0] == CLIENT
    assert (await seen(PROXY, forwarded("for=6.6.6.6"), forwarded(f"for={CLIENT}")))[0] == CLIENT


def test_a_head_full_of_addresses_is_read_from_its_end_only() -> None:
    hops = x_forwarded(Headers({"x-forwarded-for": "1," * 15_000 + CLIENT}))
    assert hops is not None
    assert len(hops) == MOST_HOPS
    assert str(hops[-1].address) == CLIENT


async def test_headers_that_disagree_are_not_believed() -> None:
    assert await seen(PROXY, by(CLIENT), forwarded(f"for={CLIENT};proto=https")) == (CLIENT, "https")
    assert (await seen(PROXY, by(CLIENT), forwarded("for=6.6.6.6")))[0] == PROXY
    assert (await seen(PROXY, by("6.6.6.6"), forwarded(f"for={CLIENT}")))[0] == PROXY
    assert (await seen(PROXY, by(CLIENT), forwarded("nonsense")))[0] == PROXY


@pytest.mark.parametrize(
    ("protocol", "http", "socket"),
    [("https", "https", "wss"), ("http", "http", "ws"), ("HTTPS", "https", "wss"), ("gopher", "http", "ws")],
)
async def test_the_scheme_is_that_of_the_client(protocol: str, http: str, socket: str) -> None:
    headers = [by(CLIENT), ("x-forwarded-proto", protocol)]
    assert await seen(PROXY, *headers) == (CLIENT, http)
    assert await seen(PROXY, *headers, kind="websocket") == (CLIENT, socket)
    assert await seen(PROXY, forwarded(f"for={CLIENT};proto={protocol}")) == (CLIENT, http)


async def test_each_hop_may_have_a_scheme() -> None:
    assert await seen(PROXY, by(f"{CLIENT}, 10.9.9.9"), ("x-forwarded-proto", "https, http")) == (CLIENT, "https")
    assert await seen(PROXY, by(CLIENT), ("x-forwarded-proto", "http, https")) == (CLIENT, "https")


@pytest.mark.parametrize("value", ["0.0.0.0/0", "10.0.0.1/8", "proxy.example", "10.0.0.0/8,::/0"])
def test_networks_that_make_no_sense_are_refused(value: str) -> None:
    with pytest.raises(CommandError, match=r"^GATEWAY_TRUSTED_PROXIES: "):
        read_settings({"GATEWAY_TRUSTED_PROXIES": value})
