"""The subgraph that traces fields. A test module that imports it is skipped if the extra `tracing` is not installed."""

from typing import Any

import pytest

from resolvers.schema import build_subgraph

trace: Any = pytest.importorskip("resolvers.federation.trace", reason="the extra `tracing` is not installed")
TRACED = build_subgraph(trace.FieldTrace)
