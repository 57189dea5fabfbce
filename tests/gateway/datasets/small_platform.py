"""A small platform that moves in: one course in the catalog, and files of learners, enrolments and events."""

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from gateway.datasets.csv_files.dataset import CsvSource
from stores.domain.catalog import Course, Item, ItemType, Module, MoveOn
from stores.ports.stores import Stores
from tests.gateway.memory_stores import memory_stores

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DB101 = "course-v1:Example+DB101+2026"
COURSE = Course(
    key=DB101,
    version=1,
    title="Databases",
    modules=(
        Module(
            title="Everything",
            items=(
                Item(key="page-1", type=ItemType.PAGE, title="Page", move_on=MoveOn.COMPLETED),
                Item(key="quiz-1", type=ItemType.QUIZ, title="Quiz", move_on=MoveOn.PASSED, mastery_score=0.5),
            ),
        ),
    ),
    published_at=NOW,
)
ADA_REGISTRATION = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
ATTEMPT = "0190b7f0-0000-7000-8000-000000000001"
FILES: Mapping[str, str] = {
    "learners.csv": """\
learnerId,displayName,email,locale,timeZone,goals,attributes,attributes.cohort
ada,Ada Lovelace,ada@example.org,en-GB,Europe/London,"[""SQL"", ""proofs""]","{""level"": 3}",A
zoe,"Łuczak, Zoë",,pl,Europe/Warsaw,,,
""",
    "enrollments.csv": f"""\
learnerId,course,registration,enrolledAt,attributes.source
ada,{DB101},{ADA_REGISTRATION},2026-02-01T09:00:00Z,campus
zoe,{DB101},,,
""",
    "events.csv": f"""\
id,registration,learnerId,course,verb,itemKey,at,score,success,progress,durationSeconds,position,sessionId,extensions
,{ADA_REGISTRATION},,,VIEWED,page-1,2026-02-02T10:00:00+01:00,,,,12.5,,s1,
{ATTEMPT},{ADA_REGISTRATION},,,ATTEMPTED,quiz-1,2026-02-03T10:00:00Z,0.8,true,,,,,"{{""tries"": 2}}"
,,zoe,{DB101},PROGRESSED,page-1,2026-02-04T10:00:00.250Z,,,0.5,,3,,
,,zoe,{DB101},UNREGISTERED,,2026-02-05T10:00:00Z,,,,,,,
""",
}


async def stores_with_course() -> Stores:
    stores = memory_stores(lambda: NOW)
    await stores.catalog.publish(COURSE)
    return stores


def source_in(folder: Path, **changed: str) -> CsvSource:
    """Write the files to `folder`, those in `changed` (by name without `.csv`) with other content."""
    names = ("learners", "enrollments", "events")
    for name in names:
        (folder / f"{name}.csv").write_text(changed.get(name, FILES[f"{name}.csv"]), "utf-8")
    learners, enrollments, events = (folder / f"{name}.csv" for name in names)
    return CsvSource(learners=learners, enrollments=enrollments, events=events)


def with_line(name: str, row: int, line: str) -> dict[str, str]:
    """The file `name` with one row replaced (the header is row 1), or with a further row."""
    lines = FILES[f"{name}.csv"].splitlines()
    lines[row - 1 : row] = [line]
    return {name: "\n".join(lines) + "\n"}


def gzipped(path: Path) -> Path:
    """The file again, gzipped."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed
