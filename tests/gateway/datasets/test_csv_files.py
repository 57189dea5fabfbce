"""Learners, enrolments and events in CSV files become the records that the mutations would have made."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from gateway.datasets.bad_rows import BadSource
from gateway.datasets.csv_files.dataset import CsvSource, read_csv
from gateway.datasets.dataset import Dataset
from gateway.datasets.imported_ids import registration_of
from gateway.datasets.load_counts import LoadCounts
from gateway.datasets.loader import load
from gateway.datasets.references import References
from stores.domain.catalog import CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment, EnrollmentState, ProgressState
from stores.ports.stores import Stores
from tests.gateway.datasets.small_platform import (
    ADA_REGISTRATION,
    ATTEMPT,
    COURSE,
    DB101,
    FILES,
    NOW,
    gzipped,
    source_in,
    stores_with_course,
    with_line,
)

ADA, ZOE = UUID(ADA_REGISTRATION), registration_of("zoe", DB101)


async def read(source: CsvSource, stores: Stores, *, skip_bad: bool = False) -> Dataset:
    return await read_csv(source, References(stores=stores), now=NOW, skip_bad=skip_bad)


async def imported(source: CsvSource, stores: Stores, *, skip_bad: bool = False) -> Mapping[str, LoadCounts]:
    dataset = await read(source, stores, skip_bad=skip_bad)
    return {each.kind: each for each in await load(dataset, stores, now=lambda: NOW)}


async def errors(source: CsvSource, stores: Stores) -> list[str]:
    with pytest.raises(BadSource) as caught:
        await read(source, stores)
    return list(caught.value.lines[:-1])


async def test_every_column_arrives(tmp_path: Path) -> None:
    stores = await stores_with_course()
    counts = await imported(source_in(tmp_path), stores)
    assert {kind: (each.given, each.new, each.rejected.total()) for kind, each in counts.items()} == {
        "courses": (0, 0, 0),
        "profiles": (2, 2, 0),
        "enrollments": (2, 2, 0),
        "events": (5, 5, 0),
        "timeline events": (5, None, 0),
        "heartbeats": (0, None, 0),
    }
    assert await stores.profiles.by_ids(["ada", "zoe"]) == {
        "ada": Profile(
            learner_id="ada",
            display_name="Ada Lovelace",
            email="ada@example.org",
            locale="en-GB",
            time_zone="Europe/London",
            goals=("SQL", "proofs"),
            attributes={"level": 3, "cohort": "A"},
            created_at=NOW,
            updated_at=NOW,
        ),
        "zoe": Profile(
            learner_id="zoe",
            display_name="Łuczak, Zoë",
            locale="pl",
            time_zone="Europe/Warsaw",
            created_at=NOW,
            updated_at=NOW,
        ),
    }
    rows = await stores.progress.by_registrations([ADA, ZOE])
    assert rows[ADA].enrolled_at == datetime(2026, 2, 1, 9, tzinfo=UTC)
    assert (rows[ADA].attributes, rows[ADA].course_version) == ({"source": "campus"}, 1)
    assert (rows[ZOE].enrolled_at, rows[ZOE].state) == (None, EnrollmentState.WITHDRAWN)
    items = await stores.progress.item_progress([ADA, ZOE])
    assert items[ADA]["quiz-1"].state is ProgressState.PASSED
    assert items[ADA]["page-1"].time_spent_ms == 12_500
    assert items[ZOE]["page-1"].progress == 0.5
    attempt = UUID(ATTEMPT)
    [event] = (await stores.progress.ledger([attempt])).values()
    assert event == Event(
        id=attempt,
        registration=ADA,
        learner_id="ada",
        course_key=DB101,
        verb=Verb.ATTEMPTED,
        verb_iri="http://adlnet.gov/expapi/verbs/attempted",
        at=datetime(2026, 2, 3, 10, tzinfo=UTC),
        item_key="quiz-1",
        score=0.8,
        success=True,
        extensions={"tries": 2},
    )
    pages = await stores.timeline.by_learners(["zoe"], span=None, verbs=None, courses=None, after=None, first=9)
    assert [row.position for row in pages["zoe"].rows] == [None, 3.0]


async def test_a_repeated_import_adds_nothing_in_any_form_of_the_files(tmp_path: Path) -> None:
    stores, source = await stores_with_course(), source_in(tmp_path)
    await imported(source, stores)
    packed = CsvSource(
        learners=gzipped(tmp_path / "learners.csv"),
        enrollments=gzipped(tmp_path / "enrollments.csv"),
        events=gzipped(tmp_path / "events.csv"),
    )
    for again in (packed, replace(source, learners=None), CsvSource(events=source.events)):
        counts = await imported(again, stores)
        assert [each.new for each in counts.values() if each.new] == []
        assert counts["events"].known == counts["events"].given > 0


async def test_an_event_without_an_id_has_that_of_its_cells(tmp_path: Path) -> None:
    """A column that is empty or that moves does not change the id, or a repeated import would double the events."""
    stores = await stores_with_course()
    await imported(source_in(tmp_path), stores)
    line = f"2026-02-04T10:00:00.250Z,,{DB101},PROGRESSED,page-1,0.5,3,zoe,,\n"
    moved = "at,score,course,verb,itemKey,progress,position,learnerId,verbIri,voids\n" + line
    source = replace(source_in(tmp_path, events=moved), learners=None, enrollments=None)
    assert (await imported(source, stores))["events"].known == 1
    [event] = (await read(source, stores)).events
    key = '[["at", "2026-02-04T10:00:00.250Z"], ["itemKey", "page-1"], ["position", "3"], ["progress", "0.5"], '
    assert event.id == uuid5(ZOE, key + '["verb", "PROGRESSED"]]')


async def test_existing_enrolments_keep_their_registration_and_their_version(tmp_path: Path) -> None:
    stores = await stores_with_course()
    existing = Enrollment(registration=UUID(int=7), learner_id="zoe", course_key=DB101, course_version=1)
    await stores.progress.enroll([existing], items={CourseVersion(DB101, 1): COURSE.items})
    [module] = COURSE.modules
    await stores.catalog.publish(replace(COURSE, modules=(replace(module, items=module.items[:1]),)))
    source = source_in(tmp_path)
    assert await errors(source, stores) == [
        f"events.csv row 3: itemKey 'quiz-1' is not an item of course {DB101}"  # ada's version is the new one
    ]
    counts = await imported(source, stores, skip_bad=True)
    assert (counts["enrollments"].new, counts["enrollments"].known, counts["events"].new) == (1, 1, 4)
    rows = await stores.progress.by_registrations([existing.registration, ADA, ZOE])
    assert {key: row.course_version for key, row in rows.items()} == {existing.registration: 1, ADA: 2}
    assert rows[existing.registration].state is EnrollmentState.WITHDRAWN


async def test_rows_may_refer_to_what_the_stores_have(tmp_path: Path) -> None:
    stores, source = await stores_with_course(), source_in(tmp_path)
    for part in (
        CsvSource(learners=source.learners),
        CsvSource(enrollments=source.enrollments),
        CsvSource(events=source.events),
    ):
        await imported(part, stores)
    one_by_one = await stores.progress.item_progress([ADA, ZOE])
    at_once = await stores_with_course()
    await imported(source, at_once)
    assert one_by_one == await at_once.progress.item_progress([ADA, ZOE])


LEARNER = "ada,Ada,,en,UTC,,,"
BAD_ROWS = [
    ("learners", 2, ",Ada,,en,UTC,,,", "learnerId is empty"),
    ("learners", 2, "ada,,,en,UTC,,,", "displayName is empty"),
    ("learners", 2, "ada,Ada,nobody,en,Mars,,,", "email is not an e-mail address; timeZone is not an IANA time zone"),
    ("learners", 2, "ada,Ada,,en,UTC,SQL,,", "goals is not JSON"),
    ("learners", 2, "ada,Ada,,en,UTC,[1],,", "goals is not a JSON list of texts"),
    ("learners", 2, "ada,Ada,,en,UTC,,[],", "attributes is not a JSON object"),
    ("learners", 2, f"{'k' * 513},Ada,,en,UTC,,,", "learnerId is longer than 512 bytes in UTF-8"),
    ("learners", 3, LEARNER, "learner 'ada' is there twice"),
    ("learners", 3, "zoe,Zoe,,en,UTC,,", "7 fields in place of 8"),
    ("enrollments", 3, f"tim,{DB101},,,", "there is no learner 'tim'"),
    ("enrollments", 3, "zoe,course-v1:A+B+C,,,", "there is no course 'course-v1:A+B+C': create it first"),
    ("enrollments", 3, f"zoe,{DB101},7,,", "registration '7' is not a UUID"),
    ("enrollments", 3, f"zoe,{DB101},{ADA_REGISTRATION},,", f"registration {ADA} is taken by another enrolment"),
    ("enrollments", 3, f"ada,{DB101},,,", f"learner 'ada' in course '{DB101[:40]}' is there twice"),
    (
        "enrollments",
        3,
        f"ada,{DB101},{UUID(int=1)},,",
        f"the learner is enrolled in the course under registration {ADA}",
    ),
    ("enrollments", 3, f"zoe,{DB101},,1999-01-01T00:00:00Z,", "enrolledAt is before the year 2000"),
    ("enrollments", 3, f"zoe,{DB101},,2026-02-01,", "enrolledAt '2026-02-01' is not RFC 3339 text with an offset"),
    ("events", 2, ",,,,VIEWED,page-1,2026-02-02T10:00:00Z,,,,,,,", "the row names no enrolment"),
    ("events", 2, f",,tim,{DB101},VIEWED,,2026-02-02T10:00:00Z,,,,,,,", "learner 'tim' is not enrolled in course"),
    ("events", 2, f",{UUID(int=1)},,,VIEWED,,2026-02-02T10:00:00Z,,,,,,,", f"there is no enrolment {UUID(int=1)}"),
    (
        "events",
        2,
        f",{ADA},zoe,,VIEWED,,2026-02-02T10:00:00Z,,,,,,,",
        f"registration {ADA} is of another learner or course",
    ),
    ("events", 2, f",{ADA},,,viewed,,2026-02-02T10:00:00Z,,,,,,,", "verb 'viewed' is not one of REGISTERED, "),
    ("events", 2, f",{ADA},,,VIEWED,,,,,,,,,", "at is empty"),
    (
        "events",
        2,
        f",{ADA},,,VIEWED,,2026-07-01T00:00:00Z,,,,,,,",
        "at is more than 5 minutes ahead of the gateway's clock",
    ),
    ("events", 2, f",{ADA},,,VIEWED,quiz-9,2026-02-02T10:00:00Z,,,,,,,", "itemKey 'quiz-9' is not an item of course"),
    ("events", 2, f",{ADA},,,ATTEMPTED,quiz-1,2026-02-02T10:00:00Z,80,,,,,,", "score must be between 0 and 1"),
    ("events", 2, f",{ADA},,,ATTEMPTED,quiz-1,2026-02-02T10:00:00Z,1e999,,,,,,", "score '1e999' is not a number"),
    ("events", 2, f",{ADA},,,ATTEMPTED,quiz-1,2026-02-02T10:00:00Z,,yes,,,,,", "success 'yes' is neither true nor fal"),
    ("events", 2, f",{ADA},,,PLAYED,page-1,2026-02-02T10:00:00Z,,,,-1,,,", "durationSeconds must be between 0 and 366"),
    ("events", 2, f",{ADA},,,VOIDED,,2026-02-02T10:00:00Z,,,,,,,", "voids is given where the verb is VOIDED, and"),
    ("events", 2, f",{ADA},,,VIEWED,,2026-02-02T10:00:00Z,,,,,,,[]", "extensions is not a JSON object"),
    ("events", 2, f",{ADA},,,VIEWED,a\0b,2026-02-02T10:00:00Z,,,,,,,", "itemKey must be Unicode text without NUL"),
]


@pytest.mark.parametrize(("name", "row", "line", "why"), BAD_ROWS)
async def test_a_bad_row_is_reported_with_its_place(tmp_path: Path, name: str, row: int, line: str, why: str) -> None:
    source = source_in(tmp_path, **with_line(name, row, line))
    stores = await stores_with_course()
    first, *_ = await errors(source, stores)
    place, _, message = first.partition(": ")
    assert place == f"{name}.csv row {row}"
    assert message.startswith(why)
    assert not await stores.profiles.by_ids(["ada", "zoe"])


async def test_rows_that_refer_to_a_bad_row_are_not_reported_but_skipped_and_counted(tmp_path: Path) -> None:
    source = source_in(tmp_path, **with_line("learners", 2, "ada,Ada,,en,Mars,,,"))
    stores = await stores_with_course()
    assert await errors(source, stores) == ["learners.csv row 2: timeZone is not an IANA time zone"]
    dataset = await read(source, stores, skip_bad=True)
    assert dataset.left_out == {"learners.csv": 1, "enrollments.csv": 1, "events.csv": 2}
    assert dataset.counts == {"learners": 1, "enrolments": 1, "events": 2}
    counts = await imported(source, stores, skip_bad=True)
    assert (counts["profiles"].new, counts["enrollments"].new, counts["events"].new) == (1, 1, 2)


async def test_bad_rows_are_reported_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [
        "learnerId,displayName,email,locale,timeZone",
        "a,A,none,en,UTC",
        ",B,,en,UTC",
        "c,C,,en",
        "d,D,,en,UTC",
        "d,D,,en,UTC",
    ]
    source = replace(source_in(tmp_path, learners="\n".join(rows)), enrollments=None, events=None)
    reported = await errors(source, await stores_with_course())
    assert [line.partition(":")[0] for line in reported] == [f"learners.csv row {row}" for row in (2, 3, 4, 6)]


async def test_the_first_twenty_bad_rows_are_reported_and_all_are_counted(tmp_path: Path) -> None:
    header = FILES["learners.csv"].splitlines()[0]
    source = source_in(tmp_path, learners="\n".join([header, *["x,X,,en,Mars,,,"] * 25]))
    with pytest.raises(BadSource) as caught:
        await read(replace(source, enrollments=None, events=None), await stores_with_course())
    *reported, count = caught.value.lines
    assert len(reported) == 20
    assert count.startswith("25 bad rows (the first 20 are listed): ")


async def test_a_large_file_costs_few_store_calls_and_is_never_held(tmp_path: Path) -> None:
    stores = await stores_with_course()
    learners, header = range(2_500), "learnerId,displayName,locale,timeZone\n"
    start = datetime(2026, 1, 1, tzinfo=UTC)
    events = (f"l{number},{DB101},VIEWED,{(start + timedelta(minutes=number)).isoformat()}\n" for number in learners)
    source = source_in(
        tmp_path,
        learners=header + "".join(f"l{number},L,en,UTC\n" for number in learners),
        enrollments="learnerId,course\n" + "".join(f"l{number},{DB101}\n" for number in learners),
        events="learnerId,course,verb,at\n" + "".join(events),
    )
    calls: list[str] = []
    counted: dict[str, Any] = {
        port: CountedCalls(getattr(stores, port), calls) for port in ("profiles", "progress", "catalog")
    }
    counting = replace(stores, **counted)
    done: list[tuple[str, int, int]] = []
    dataset = await read_csv(source, References(stores=counting), now=NOW, on_progress=lambda *each: done.append(each))
    assert sorted(calls) == ["by_learners"] * 3 + ["latest", "versions"]
    assert done[-1] == ("rows of events", 2_500, 2_500)
    assert dataset.sizes == {"profiles": 2_500, "enrollments": 2_500, "events": 2_500}
    assert not isinstance(dataset.events, (list, tuple))
    assert (await imported(source, stores))["events"].new == 2_500


class CountedCalls:
    """A port that notes the names of its calls."""

    def __init__(self, port: Any, calls: list[str]) -> None:
        self._port = port
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        self._calls.append(name)
        return getattr(self._port, name)


async def test_an_id_that_another_event_has_is_rejected_and_named(tmp_path: Path) -> None:
    stores, source = await stores_with_course(), source_in(tmp_path)
    await imported(source, stores)
    changed = with_line("events", 3, f"{ATTEMPT},{ADA},,,ATTEMPTED,quiz-1,2026-02-03T10:00:00Z,0.9,,,,,,")
    counts = await imported(source_in(tmp_path, **changed), stores)
    assert counts["events"].rejected == {"CONFLICT": 1}
    assert counts["events"].examples == [f"event {ATTEMPT}: the id is taken by another event (CONFLICT)"]
