"""The schema that `serve` and `demo` serve."""

from importlib.util import find_spec

import strawberry

from gateway.config.settings import Settings
from gateway.runtime.errors import CommandError
from resolvers.schema import build_schema, build_subgraph

HAS_PROTOBUF = find_spec("google") is not None and find_spec("google.protobuf") is not None
"""Whether the extra `tracing` is installed."""


def served_schema(settings: Settings, *, has_protobuf: bool = HAS_PROTOBUF) -> strawberry.Schema:
    """The gateway's schema, as a subgraph if the settings say so. Raises `CommandError` for what is missing."""
    federation, plans = settings.federation, settings.executor.plans
    if federation.trace == "off":
        return build_subgraph(plans=plans) if federation.subgraph else build_schema(plans=plans)
    if not federation.subgraph:
        raise CommandError(
            "GATEWAY_FEDERATION_TRACE: only a subgraph has a router: set GATEWAY_FEDERATION=true as well"
        )
    if not has_protobuf:
        raise CommandError("GATEWAY_FEDERATION_TRACE: needs the package protobuf: pip install 'quadrangle[tracing]'")
    from resolvers.federation.trace import FieldTrace

    return build_subgraph(FieldTrace, plans=plans)
