"""What an access path declares about values that operations may share."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

from stores.ports.stores import Stores

K = TypeVar("K", bound=Hashable)
A_contra = TypeVar("A_contra", bound=Hashable, contravariant=True)
V_co = TypeVar("V_co", covariant=True)


class Sharing(Enum):
    """How long values of a path are kept."""

    IMMUTABLE = "immutable"
    """A value never changes: as long as there is room."""
    ANNOUNCED = "announced"
    """Each write announces the keys that it changed: until then, at most the settings' time to live. The keys of the
    path are those that the ports of `announced_stores.py` announce."""
    BRIEF = "brief"
    """Changes are not announced: at most `BRIEF_SECONDS`."""


def all_args(args: Any) -> Any:
    """The arguments themselves."""
    return args


def first_pages(args: Any) -> Any:
    """The arguments of a first page; None for those of a further page."""
    return args if args.after is None else None


@dataclass(frozen=True, slots=True)
class Retention:
    """Which values of a path are kept for when its store fails (`LastGood`).

    `args` returns the arguments under which they are kept, from those of a call; None: they are not kept. `absent`:
    keys without a value are kept, too. That is for paths where it means empty, not unknown. `lists`: a value is a list
    of records, and may be another one after each write of the store.
    """

    args: Callable[[Any], Hashable | None] = all_args
    absent: bool = False
    lists: bool = False


class SharedPath(Protocol[K, A_contra, V_co]):
    """An access path whose values may be shared; `StorePath` is one. Paths are compared by identity."""

    @property
    def store(self) -> str:
        """The name of the port."""

    @property
    def call(self) -> str:
        """The name of the call."""

    @property
    def shared(self) -> Sharing | None:
        """How long its values are kept; None: its values must not be shared."""

    @property
    def last_good(self) -> "Retention | None":
        """Which of its values are kept for when the store fails; None: none."""

    @property
    def read(self) -> Callable[[Stores, Sequence[K], A_contra], Awaitable[Mapping[K, V_co]]]:
        """Reads the values by key, without the keys that have none."""
