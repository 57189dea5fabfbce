"""The metrics of a process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram

from gateway.observability.metrics.event_loop import loop_lag
from gateway.observability.metrics.registry import new_registry
from gateway.observability.refusals import Refusals


@dataclass(frozen=True, slots=True)
class ProcessMetrics:
    """Created once in a process and passed to what it measures. `labels` are added to all samples: a process of several
    that serve one port has a `process`."""

    labels: Mapping[str, str] = field(default_factory=dict)
    registry: CollectorRegistry = field(default_factory=new_registry)
    refusals: Refusals = field(default_factory=Refusals)
    loop_lag: Histogram = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "loop_lag", loop_lag(self.registry))

    @classmethod
    def of(cls, process: int | None) -> "ProcessMetrics":
        """The metrics of this process among several; None: it is the only one."""
        return cls({} if process is None else {"process": str(process)})
