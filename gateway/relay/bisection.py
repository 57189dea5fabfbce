"""Find the rejected items of a batch by bisection, so that one bad item does not hold up the others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from stores.errors import Rejected

T = TypeVar("T")


async def bisect_rejected(
    items: Sequence[T],
    work: Callable[[Sequence[T]], Awaitable[object]],
    *,
    on_rejected: Callable[[T, Rejected], Awaitable[object]],
) -> None:
    """Do `work` on all items. If the batch is rejected, retry each half; call `on_rejected` for a single item that is
    rejected on its own. Other errors propagate."""
    try:
        await work(items)
    except Rejected as error:
        if len(items) > 1:
            middle = len(items) // 2
            await bisect_rejected(items[:middle], work, on_rejected=on_rejected)
            await bisect_rejected(items[middle:], work, on_rejected=on_rejected)
        else:
            await on_rejected(items[0], error)
