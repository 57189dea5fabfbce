import asyncio
from collections.abc import Awaitable, Callable

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.01, 0.05


async def wait_until(holds: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:
    """Wait until it holds; False when it still does not after so long."""
    pause = FIRST_PAUSE_SECONDS
    try:
        async with asyncio.timeout(seconds):
            while not await holds():
                await asyncio.sleep(pause)
                pause = min(pause * 1.1, LONGEST_PAUSE_SECONDS)
    except TimeoutError:
        return False
    return True
