"""The log of a Moodle site as a `Dataset`. All rows are checked before the first write."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from gateway.datasets.bad_rows import BadRows, BadSource, quoted
from gateway.datasets.csv_stream import CsvFile
from gateway.datasets.dataset import Dataset, ReiterableRecords
from gateway.datasets.imported_ids import registration_of
from gateway.datasets.load_counts import OnProgress, ignore_progress
from gateway.datasets.moodle.log_reader import LogReader
from gateway.datasets.moodle.log_rows import COLUMNS
from gateway.datasets.moodle.mapping import MoodleMapping
from gateway.datasets.references import Place, References
from resolvers.value_rules import problem_with_new_key
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment


async def read_moodle(
    log: Path,
    mapping: MoodleMapping,
    references: References,
    *,
    now: datetime,
    skip_bad: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> Dataset:
    """The events of the log, and the learners and enrolments that its enrolment events make where there are none.

    Rows without an event are skipped and counted by reason. Raises `BadSource` for courses and items of the mapping
    that do not exist, and for malformed rows; with `skip_bad` these are left out and counted. Raises OSError and
    StoreError."""
    await check_mapping(mapping, references)
    reader, bad = LogReader(CsvFile(path=log, columns=COLUMNS), mapping, now), BadRows(skip=skip_bad)
    await reader.check(bad, on_progress)
    bad.check()
    await references.find_places(reader.places)
    enrollments = list(new_enrollments(reader.enrolling, references))
    # Not those of new enrolments only: an interrupted import may have written an enrolment without its learner.
    learners = list(dict.fromkeys(place.learner_id for place in reader.enrolling))
    await references.find_learners(learners)
    profiles = [profile_of(key, mapping, now) for key in learners if key not in references.learners]
    for row in enrollments:
        references.add(row)
    outside = sum(rows for place, rows in reader.places.items() if place not in references.registrations)
    made = reader.places.total() - outside
    skipped = reader.skipped + Counter({"users who are not enrolled": outside})
    return Dataset(
        name="Moodle",
        courses=(),
        existing_courses=tuple(references.newest),
        profiles=profiles,
        enrollments=enrollments,
        events=ReiterableRecords(lambda: reader.events(references.registrations)),
        sizes={"profiles": len(profiles), "enrollments": len(enrollments), "events": made},
        counts={
            "rows": reader.rows,
            "rows with an event": made,
            **{f"skipped rows: {reason}": rows for reason, rows in skipped.most_common()},
        },
        left_out=dict(bad.left_out),
    )


async def check_mapping(mapping: MoodleMapping, references: References) -> None:
    """Raise `BadSource` for courses and items that do not exist."""
    await references.find_courses(mapping.courses.values())
    faults = [
        f"courses.{course}: there is no course {quoted(key)}: create it first"
        for course, key in mapping.courses.items()
        if key not in references.newest
    ]
    known = {key for keys in references.item_keys.values() for key in keys}
    faults += [
        f"items.{module}: no course of the mapping has an item {quoted(key)}"
        for module, key in mapping.items.items()
        if key not in known
    ]
    if faults:
        raise BadSource(*faults)


def new_enrollments(places: Iterable[Place], references: References) -> Iterator[Enrollment]:
    """The enrolments of these learners in these courses that do not exist yet."""
    for place in places:
        if place not in references.registrations:
            yield Enrollment(
                registration=registration_of(*place),
                learner_id=place.learner_id,
                course_key=place.course_key,
                course_version=references.newest[place.course_key],
            )


def profile_of(learner_id: str, mapping: MoodleMapping, now: datetime) -> Profile:
    """The profile of a learner of whom only the id is known."""
    if problem := problem_with_new_key(learner_id):
        raise BadSource(f"learners: learner id {quoted(learner_id)} {problem}")
    return Profile(
        learner_id=learner_id,
        display_name=learner_id,
        locale=mapping.locale,
        time_zone=mapping.time_zone,
        created_at=now,
        updated_at=now,
    )
