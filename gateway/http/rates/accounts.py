"""Who an operation is charged to."""

from ipaddress import IPv6Address, ip_address

from resolvers.viewer import Viewer

HOST_BITS = 64
"""The part of an IPv6 address that a host chooses as it likes (RFC 4291, section 2.5.1)."""


def account_of(viewer: Viewer, address: str) -> str:
    """The account of a viewer: its subject, or the address of the client if it has no token."""
    return f"subject:{viewer.subject}" if viewer.authenticated else account_of_address(address)


def account_of_address(address: str) -> str:
    """The account of an address: of its /64 network for IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"address:{address}"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return f"address:{parsed.ipv4_mapped}"
        return f"address:{IPv6Address(int(parsed) >> HOST_BITS << HOST_BITS)}/64"
    return f"address:{parsed}"
