"""What an access path declares about values that operations may share."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from enum import Enum
from typing import Protocol, TypeVar

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
    def last_good(self) -> Callable[[A_contra], Hashable | None] | None:
        """The arguments under which its values are kept for a failure of the store (`LastGood`), from those of a call;
        None: they are not kept."""

    @property
    def read(self) -> Callable[[Stores, Sequence[K], A_contra], Awaitable[Mapping[K, V_co]]]:
        """Reads the values by key, without the keys that have none."""


class PageArgs(Protocol):
    """The arguments of a page."""

    @property
    def after(self) -> str | None:
        """A cursor; None for the first page."""


ArgsOfPage = TypeVar("ArgsOfPage", bound=PageArgs)


def all_values(args: K) -> K:
    """For `last_good`: the values of all arguments are kept."""
    return args


def first_pages(args: ArgsOfPage) -> ArgsOfPage | None:
    """For `last_good`: first pages are kept."""
    return args if args.after is None else None
