"""Work on many things of which one may be at fault: it is found by halves, and the others need not wait for it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from stores.errors import Rejected

T = TypeVar("T")


async def by_halves(
    things: Sequence[T],
    work: Callable[[Sequence[T]], Awaitable[object]],
    *,
    alone: Callable[[T, Rejected], Awaitable[object]],
) -> None:
    """`work` on all of them; what it rejects by itself is left to `alone`, with the reason."""
    try:
        await work(things)
    except Rejected as error:
        if len(things) > 1:
            middle = len(things) // 2
            await by_halves(things[:middle], work, alone=alone)
            await by_halves(things[middle:], work, alone=alone)
        else:
            await alone(things[0], error)
