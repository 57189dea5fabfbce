"""Moodle's log becomes events by its mapping; each row that makes none is counted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from gateway.datasets.bad_rows import BadSource
from gateway.datasets.dataset import Dataset
from gateway.datasets.imported_ids import registration_of
from gateway.datasets.load_counts import LoadCounts
from gateway.datasets.loader import load
from gateway.datasets.moodle.dataset import read_moodle
from gateway.datasets.moodle.mapping import read_mapping
from gateway.datasets.references import References
from stores.domain.catalog import CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment, EnrollmentState, ProgressState
from stores.ports.stores import Stores
from tests.gateway.datasets.small_moodle import MAPPING, ROWS, write_log, write_mapping
from tests.gateway.datasets.small_platform import COURSE, DB101, NOW, stores_with_course

SITE = uuid5(NAMESPACE_URL, "https://moodle.example.org")
REGISTRATION = registration_of("moodle-17", DB101)


async def read(
    folder: Path, stores: Stores, *rows: str, mapping: str = MAPPING, skip_bad: bool = False, site: str | None = None
) -> Dataset:
    found = read_mapping(write_mapping(folder, mapping), site=site)
    return await read_moodle(write_log(folder, *rows), found, References(stores=stores), now=NOW, skip_bad=skip_bad)


async def imported(folder: Path, stores: Stores, *rows: str, mapping: str = MAPPING) -> Mapping[str, LoadCounts]:
    dataset = await read(folder, stores, *rows, mapping=mapping)
    return {each.kind: each for each in await load(dataset, stores, now=lambda: NOW)}


async def test_rows_become_events_by_the_default_rules(tmp_path: Path) -> None:
    dataset = await read(tmp_path, await stores_with_course())
    assert [(event.id, event.verb, event.item_key) for event in dataset.events] == [
        (uuid5(SITE, "101"), Verb.REGISTERED, None),
        (uuid5(SITE, "102"), Verb.VIEWED, None),
        (uuid5(SITE, "103"), Verb.VIEWED, "page-1"),
        (uuid5(SITE, "104"), Verb.INITIALIZED, "quiz-1"),
        (uuid5(SITE, "105"), Verb.ATTEMPTED, "quiz-1"),
        (uuid5(SITE, "106"), Verb.COMPLETED, "quiz-1"),
        (uuid5(SITE, "106/PASSED"), Verb.PASSED, "quiz-1"),
        (uuid5(SITE, "107"), Verb.COMPLETED, "page-1"),
        (uuid5(SITE, "115"), Verb.UNREGISTERED, None),
    ]
    assert next(iter(dataset.events)) == Event(
        id=uuid5(SITE, "101"),
        registration=REGISTRATION,
        learner_id="moodle-17",
        course_key=DB101,
        verb=Verb.REGISTERED,
        verb_iri="http://adlnet.gov/expapi/verbs/registered",
        at=datetime(2026, 2, 1, 9, tzinfo=UTC),
        extensions={"moodleEvent": "\\core\\event\\user_enrolment_created"},
    )
    assert "203.0.113.7" not in repr(list(dataset.events))


async def test_every_row_without_an_event_is_counted(tmp_path: Path) -> None:
    dataset = await read(tmp_path, await stores_with_course())
    assert dataset.counts == {
        "rows": 15,
        "rows with an event": 8,
        "skipped rows: event \\core\\event\\course_module_completion_updated of a module that is not complete": 1,
        "skipped rows: course module 302, which is not in the mapping": 1,
        "skipped rows: courses that are not in the mapping": 1,
        "skipped rows: another user who was logged in as the user": 1,
        "skipped rows: anonymous": 1,
        "skipped rows: event \\mod_hvp\\event\\attempt_submitted": 1,
        "skipped rows: users who are not enrolled": 1,
    }


async def test_the_log_makes_the_learners_and_enrolments_that_it_enrols_and_is_loaded_once(tmp_path: Path) -> None:
    stores = await stores_with_course()
    counts = await imported(tmp_path, stores)
    assert (counts["profiles"].new, counts["enrollments"].new, counts["events"].new) == (1, 1, 9)
    assert (await stores.profiles.by_ids(["moodle-17"]))["moodle-17"] == Profile(
        learner_id="moodle-17",
        display_name="moodle-17",
        locale="es",
        time_zone="Europe/Madrid",
        created_at=NOW,
        updated_at=NOW,
    )
    [row] = (await stores.progress.by_registrations([REGISTRATION])).values()
    assert (row.enrolled_at, row.state) == (datetime(2026, 2, 1, 9, tzinfo=UTC), EnrollmentState.WITHDRAWN)
    items = (await stores.progress.item_progress([REGISTRATION]))[REGISTRATION]
    assert {key: row.state for key, row in items.items()} == {
        "page-1": ProgressState.COMPLETED,
        "quiz-1": ProgressState.PASSED,
    }
    again = await imported(tmp_path, stores)
    assert (again["profiles"].given, again["enrollments"].given, again["events"].known) == (0, 0, 9)
    more = await imported(
        tmp_path, stores, mapping=MAPPING + "[events]\n'\\mod_hvp\\event\\attempt_submitted' = 'ATTEMPTED'\n"
    )
    assert (more["events"].new, more["events"].known) == (1, 9)


async def test_existing_enrolments_are_used(tmp_path: Path) -> None:
    stores = await stores_with_course()
    existing = Enrollment(registration=UUID(int=7), learner_id="moodle-17", course_key=DB101, course_version=1)
    await stores.progress.enroll([existing], items={existing.pin: COURSE.items})
    counts = await imported(tmp_path, stores, *ROWS[1:5])
    assert (counts["profiles"].given, counts["enrollments"].given, counts["events"].new) == (0, 0, 4)
    assert (await stores.progress.item_progress([UUID(int=7)]))[UUID(int=7)]["quiz-1"].attempts == 1


async def test_a_learner_whom_an_interrupted_import_left_out_is_made(tmp_path: Path) -> None:
    stores = await stores_with_course()
    dataset = await read(tmp_path, stores)
    await stores.progress.enroll(list(dataset.enrollments), items={CourseVersion(DB101, 1): COURSE.items})
    counts = await imported(tmp_path, stores)
    assert (counts["profiles"].new, counts["enrollments"].given, counts["events"].new) == (1, 0, 9)


async def test_users_become_learners_by_a_table_a_prefix_or_both(tmp_path: Path) -> None:
    stores = await stores_with_course()
    table = MAPPING.replace('prefix = "moodle-"', "ids = { 17 = 'ada' }")
    assert {event.learner_id for event in (await read(tmp_path, stores, mapping=table)).events} == {"ada"}
    other = await read(tmp_path, stores, mapping=table.replace("17", "18"))
    assert (list(other.events), other.counts["skipped rows: users who are not in the mapping"]) == ([], 11)
    both = table.replace("17", "18").replace("ids", 'prefix = "m"\nids')
    assert {event.learner_id for event in (await read(tmp_path, stores, mapping=both)).events} == {"m17"}


async def test_a_mapping_may_override_rules_and_the_site(tmp_path: Path) -> None:
    rules = """\
[events]
'\\core\\event\\course_viewed' = "SKIP"
'\\mod_quiz\\event\\attempt_submitted' = { verb = "ANSWERED", learner = "user" }
'\\core\\event\\course_module_completion_updated' = "PROGRESSED"
"""
    dataset = await read(
        tmp_path, await stores_with_course(), *ROWS[:7], mapping=MAPPING + rules, site="https://other.example.org"
    )
    assert [event.verb for event in dataset.events] == [
        *(Verb.REGISTERED, Verb.VIEWED, Verb.INITIALIZED, Verb.ANSWERED, Verb.PROGRESSED, Verb.PROGRESSED)
    ]
    assert dataset.counts["skipped rows: event \\core\\event\\course_viewed"] == 1
    assert next(iter(dataset.events)).id == uuid5(uuid5(NAMESPACE_URL, "https://other.example.org"), "101")


@pytest.mark.parametrize(
    ("found", "replaced", "why"),
    [
        ("103,", "x,", "id 'x' is not a whole number"),
        ("1769940060", "", "timecreated is empty"),
        ("1769940060", "999999999999999", "timecreated 999999999999999 is not a time in seconds since 1970"),
        ("1769940060", "1893456000", "timecreated is more than 5 minutes ahead of the gateway's clock"),
        ("1769940060", "86400", "timecreated is before the year 2000"),
        (",70,", ",,", "contextlevel is empty"),
        ("\\mod_page", "mod_page", "eventname 'mod_page\\\\event\\\\course_module_viewed' is not the name of an event"),
        (",NULL,0,null", ",NULL,0", "20 fields in place of 21"),
    ],
)
async def test_a_malformed_row_is_reported_or_skipped(tmp_path: Path, found: str, replaced: str, why: str) -> None:
    rows = [*ROWS[:2], ROWS[2].replace(found, replaced, 1)]
    stores = await stores_with_course()
    with pytest.raises(BadSource) as caught:
        await read(tmp_path, stores, *rows)
    assert caught.value.lines[0].startswith(f"log.csv row 4: {why}")
    dataset = await read(tmp_path, stores, *rows, skip_bad=True)
    assert (dataset.left_out, len(list(dataset.events))) == ({"log.csv": 1}, 2)


@pytest.mark.parametrize(
    ("found", "replaced", "why"),
    [
        ('site = "https://moodle.example.org/"', "", "site: must be the URL of the Moodle site, here or as --site"),
        ('prefix = "moodle-"', "", "learners: needs a prefix, or a table [learners.ids]"),
        ('prefix = "moodle-"', "prefix = 1", "learners.prefix: must be text"),
        ('"es"', '"español"', "learners.locale: is not a language tag (BCP 47)"),
        ('"Europe/Madrid"', "1", "learners.timeZone: must be text"),
        ("[courses]\n5 =", "[courses]\nfive =", "courses: 'five' is not an id of Moodle, which is a number"),
        ("301 = ", "301 = 1 #", "items.301: must be a key, which is text"),
        ("[items]", "[modules]", "modules: no such entry; there are site, learners, courses, items, events"),
        ("[items]", "[events]\n'\\x' = 'SEEN'\n[items]", "events.\\x: the verb must be SKIP or one of REGISTERED, "),
        (
            "[items]",
            "[events]\nx = 'VIEWED'\n[items]",
            "events.x: must be the name of an event, such as '\\mod_quiz\\event",
        ),
        ("[items]", "[events]\n'\\x' = { learner = 'all' }\n[items]", 'events.\\x: must be a verb, "SKIP" or { verb'),
        ("[items]", "[items", "is not TOML: "),
    ],
)
def test_a_wrong_mapping_is_reported(tmp_path: Path, found: str, replaced: str, why: str) -> None:
    assert found in MAPPING
    with pytest.raises(BadSource) as caught:
        read_mapping(write_mapping(tmp_path, MAPPING.replace(found, replaced)), site=None)
    assert why in caught.value.lines[0]


async def test_courses_and_items_of_the_mapping_must_exist(tmp_path: Path) -> None:
    mapping = MAPPING.replace("[items]", '6 = "course-v1:A+B+C"\n[items]\n302 = "forum-1"')
    with pytest.raises(BadSource) as caught:
        await read(tmp_path, await stores_with_course(), mapping=mapping)
    assert caught.value.lines == (
        "courses.6: there is no course 'course-v1:A+B+C': create it first",
        "items.302: no course of the mapping has an item 'forum-1'",
    )
