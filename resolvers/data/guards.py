"""What stands between an operation and the calls of a store that fails: the protocol, and no guards."""

from enum import Enum
from typing import Protocol


class CallKind(Enum):
    """Reads may be repeated. Reads and writes have guards of their own, because a store may lose only one of them."""

    READ = "reads"
    WRITE = "writes"


class Guard(Protocol):
    """Admits the calls of one kind to one store, and learns how they end."""

    async def enter(self) -> int:
        """Begin a call. Returns what `leave` takes. Raises `CircuitOpen`: the call must not be made."""

    def leave(self, period: int, *, answered: bool | None) -> None:
        """End a call. `answered`: whether the store answered; None if the call was cut off before it was due."""

    def pause(self) -> float | None:
        """The seconds after which a read that failed is repeated; None: it is not."""


class Guards(Protocol):
    """The guards of all stores."""

    def of(self, store: str, kind: CallKind) -> Guard:
        """The guard of these calls."""


class Unguarded:
    """Admits every call, and repeats none: for commands that run apart from a gateway."""

    def of(self, store: str, kind: CallKind) -> Guard:
        """This one, for all calls."""
        return self

    async def enter(self) -> int:
        """Admit the call."""
        return 0

    def leave(self, period: int, *, answered: bool | None) -> None:
        """Do nothing."""

    def pause(self) -> float | None:
        """Repeat no read."""
        return None


UNGUARDED = Unguarded()
