"""What `extensions.plan` shows of an execution: which fields read what, for how many rows and keys."""

from collections import Counter
from typing import Any

from resolvers.data.dataloaders import AccessPath, StorePath
from resolvers.execution.compiled.counters import ExecutionCounters, Fallback


class PlanTrace:
    """The reads of one execution, in the order in which they were requested."""

    def __init__(self) -> None:
        self._reads: list[dict[str, Any]] = []

    def add(
        self,
        position: tuple[str, ...],
        path: AccessPath[Any, Any, Any],
        *,
        rows: int,
        keys: int,
        groups: int,
        columns: frozenset[str],
    ) -> None:
        """A field at this position (response names, without list indices) requested so many keys for its rows, in
        `groups` with different arguments. `columns`: the fields beneath it, where it reads only what is selected."""
        of_store = (
            {"store": path.store, "call": path.call} if isinstance(path, StorePath) else {"derived": name_of(path)}
        )
        selected = {"columns": sorted(columns)} if columns else {}
        read = {"field": ".".join(position), "level": len(position), "rows": rows, "keys": keys, "groups": groups}
        self._reads.append({**read, **of_store, **selected})

    def shown(self, counters: ExecutionCounters) -> dict[str, Any]:
        """The trace of a plan that ran."""
        levels = max((read["level"] for read in self._reads), default=0)
        return {"levels": levels, "reads": self._reads, **shown_counters(counters)}


def shown_fallback(reason: Fallback, counters: ExecutionCounters) -> dict[str, Any]:
    """The trace of an operation that ran on graphql-core."""
    return {"fallback": reason.value, **shown_counters(counters)}


def shown_counters(counters: ExecutionCounters) -> dict[str, Any]:
    """What this process has compiled and run so far."""
    fallback: Counter[Fallback] = counters.fallback
    by_reason = {reason.value: count for reason, count in sorted(fallback.items(), key=lambda each: each[0].value)}
    shown = {"compiled": counters.compiled, "run": counters.run, "payloads": counters.payloads, "fallback": by_reason}
    return {"counters": shown}


def name_of(path: AccessPath[Any, Any, Any]) -> str:
    """A name for a path that is computed from others: that of its function."""
    return getattr(path.read, "__name__", "").lstrip("_")
