"""The schema that `serve` and `demo` serve."""

import strawberry

from gateway.config.groups.federation import FederationSettings
from resolvers.schema import build_schema, build_subgraph


def served_schema(settings: FederationSettings) -> strawberry.Schema:
    """The gateway's schema, as a subgraph if the settings say so."""
    return build_subgraph() if settings.subgraph else build_schema()
