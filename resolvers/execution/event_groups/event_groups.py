"""The groups of a process. A subscriber joins one when its subscription has begun."""

from collections.abc import Hashable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar

from graphql.execution import Executor

from resolvers.context import Context
from resolvers.execution.event_groups.event_group import Encode, EventGroup, failed, masked
from resolvers.execution.event_groups.group_key import group_key
from resolvers.execution.event_groups.recent_results import RecentResults

T = TypeVar("T")


class EventGroups(Generic[T]):
    """The groups that have members, by their keys. `encode` serialises a result. There are at most as many groups as
    subscriptions, and the results of all of them are bounded together."""

    def __init__(self, encode: Encode[T], *, recent: RecentResults | None = None) -> None:
        self.recent = RecentResults() if recent is None else recent
        self._encode = encode
        self._groups: dict[Hashable, EventGroup[T]] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def join(self, executor: Executor[Any], *, operation_name: str | None, variables: Mapping[str, Any]) -> "Member[T]":
        """Make the subscriber whose subscription this executor began a member of its group, until `leave`."""
        context: Context = executor.context_value
        key = group_key(context, operation_name, variables)
        group = None if key is None else self._groups.get(key)
        if group is None:
            group = EventGroup(key, executor, self.recent, self._encode)
            if key is not None:
                self._groups[key] = group
        return Member(self, group, context.cost.estimated)

    def failure(self, error: Exception) -> T:
        """The last result of a subscription whose source failed."""
        return masked(failed(error), self._encode)[0]

    def remove(self, group: EventGroup[T]) -> None:
        """Forget a group without members."""
        self._groups.pop(group.key, None)
        self.recent.forget(group)


class Member(Generic[T]):
    """The membership of one subscriber. Use it in `with`. `cost` is the estimate of each event for this subscriber."""

    __slots__ = ("_group", "_groups", "_since", "cost")

    def __init__(self, groups: EventGroups[T], group: EventGroup[T], cost: float) -> None:
        self._groups, self._group = groups, group
        self._since = group.executions
        self.cost = cost

    def __enter__(self) -> "Member[T]":
        self._group.members += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._group.members -= 1
        if not self._group.members:
            self._groups.remove(self._group)

    async def result(self, event: object) -> tuple[T, float]:
        """The result of an event that the subscriber's own source has yielded, and what it cost beyond `cost`."""
        return await self._group.result(event, since=self._since)
