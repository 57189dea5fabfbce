"""The schema that `serve` and `demo` serve."""

from importlib.util import find_spec

import strawberry

from gateway.config.groups.federation import FederationSettings
from gateway.runtime.errors import CommandError
from resolvers.schema import build_schema, build_subgraph

HAS_PROTOBUF = find_spec("google") is not None and find_spec("google.protobuf") is not None
"""Whether the extra `tracing` is installed."""


def served_schema(settings: FederationSettings, *, has_protobuf: bool = HAS_PROTOBUF) -> strawberry.Schema:
    """The gateway's schema, as a subgraph if the settings say so. Raises `CommandError` for what is missing."""
    if settings.trace == "off":
        return build_subgraph() if settings.subgraph else build_schema()
    if not settings.subgraph:
        raise CommandError(
            "GATEWAY_FEDERATION_TRACE: only a subgraph has a router: set GATEWAY_FEDERATION=true as well"
        )
    if not has_protobuf:
        raise CommandError("GATEWAY_FEDERATION_TRACE: needs the package protobuf: pip install 'quadrangle[tracing]'")
    from resolvers.federation.trace import FieldTrace

    return build_subgraph(FieldTrace)
