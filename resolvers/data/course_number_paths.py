"""Access paths of the numbers of courses: their summaries as of now, and completions over time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from resolvers.data.dataloaders import DerivedPath, Loaders, StorePath
from resolvers.data.shared_reads.sharing import Retention, Sharing
from stores.domain.calendar import Span
from stores.domain.course_summary import CourseSummary, summarize
from stores.ports.stores import Stores


class SummaryArgs(NamedTuple):
    """The numbers of courses at the time `now`. `items`: count the items, too."""

    items: bool
    now: datetime


class CourseSummaryArgs(NamedTuple):
    """The numbers of courses as of now. `zone`: the time zone of what lies beneath."""

    items: bool
    zone: str


async def _completions(
    stores: Stores, course_keys: Sequence[str], windows: tuple[Span, ...]
) -> Mapping[str, Sequence[int]]:
    found = await stores.activity.completions(course_keys, windows=windows) if windows else {}
    return {key: found.get(key, [0] * len(windows)) for key in course_keys}


async def _course_summaries(
    loaders: Loaders, course_keys: Sequence[str], args: CourseSummaryArgs
) -> Mapping[str, CourseSummary]:
    """Summaries of one operation are of the same minute, so that those of a level are read in one call."""
    now = loaders.now().replace(second=0, microsecond=0)
    found = await loaders.load_many(SUMMARIES, course_keys, SummaryArgs(args.items, now))
    return {key: found.get(key) or no_enrollments(key, items=args.items) for key in course_keys}


def no_enrollments(course_key: str, *, items: bool) -> CourseSummary:
    """The summary of a course without enrolments."""
    return summarize(course_key, (), items={} if items else None, stopped={})


SUMMARIES: StorePath[str, SummaryArgs, CourseSummary] = StorePath(
    "activity",
    "summaries",
    lambda s, keys, args: s.activity.summaries(keys, items=args.items, now=args.now),
    shared=Sharing.BRIEF,
    last_good=Retention(lambda args: args.items, absent=True),
)
COMPLETIONS: StorePath[str, tuple[Span, ...], Sequence[int]] = StorePath(
    "activity", "completions", _completions, shared=Sharing.BRIEF
)
COURSE_SUMMARIES: DerivedPath[str, CourseSummaryArgs, CourseSummary] = DerivedPath(_course_summaries)
