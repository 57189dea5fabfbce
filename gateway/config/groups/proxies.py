"""Settings of the proxies in front of the gateway."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.config.groups.settings_group import Listed, SettingsGroup

Network = IPv4Network | IPv6Network


def _parse_networks(given: tuple[str | Network, ...]) -> tuple[Network, ...]:
    """The networks of a list. A single address is a network, too."""
    try:
        networks = tuple(map(ip_network, given))
    except ValueError:
        raise ValueError("not a list of networks, such as 10.0.0.0/8,fd00::/8") from None
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("a network of all addresses would let every client choose the address that it is known by")
    return networks


Networks = Annotated[tuple[Network, ...], BeforeValidator(_parse_networks), Listed]


class ProxiesSettings(SettingsGroup):
    """`trusted`: the networks of the proxies whose Forwarded and X-Forwarded-* headers are believed."""

    trusted: Networks = Field(default=(), validation_alias="GATEWAY_TRUSTED_PROXIES")
