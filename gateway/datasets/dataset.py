"""A World: all that a source holds, as the stores' own records, before anything of it is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from stores.domain.catalog import Course
from stores.domain.events import Event
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment
from stores.domain.sessions import Heartbeat

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ReiterableRecords(Generic[T_co]):
    """Records that are made anew whenever they are gone through, so that a great many need no room."""

    make: Callable[[], Iterator[T_co]]

    def __iter__(self) -> Iterator[T_co]:
        return self.make()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Courses are drafts: the version is the catalog's to give, and what enrolments are pinned to follows it.

    Events of one registration are neighbours (each then costs the ledger one visit). `sizes` is about how many
    records there are of each kind, for progress bars; `counts` is what the source holds in its own words, and
    `left_out` how many bad rows of each file were skipped.
    """

    name: str
    courses: tuple[Course, ...]
    profiles: Iterable[Profile]
    enrollments: Iterable[Enrollment]
    events: Iterable[Event]
    heartbeats: Iterable[Heartbeat] = ()
    sizes: Mapping[str, int]
    counts: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
