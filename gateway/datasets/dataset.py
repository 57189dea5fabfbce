"""A dataset: all records that a source has, in the stores' own types, before any of them is written."""

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
    """Records that are generated again in each iteration, so that large numbers of them need no memory."""

    make: Callable[[], Iterator[T_co]]

    def __iter__(self) -> Iterator[T_co]:
        return self.make()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The records of one source.

    Courses are drafts: the catalog assigns the version when it publishes them, and enrolments are pinned to that
    version. `existing_courses` has the keys of further courses, which the catalog has. The events of one registration
    should be adjacent, so that a batch touches few registrations. `sizes` has the approximate number of records of each
    kind, for progress bars. `counts` describes the source in its own terms. `left_out` has the number of bad rows that
    were skipped, by file.
    """

    name: str
    courses: tuple[Course, ...]
    existing_courses: tuple[str, ...] = ()
    profiles: Iterable[Profile]
    enrollments: Iterable[Enrollment]
    events: Iterable[Event]
    heartbeats: Iterable[Heartbeat] = ()
    sizes: Mapping[str, int]
    counts: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
