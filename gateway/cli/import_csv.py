"""quadrangle import csv: load learners, enrolments and events from CSV files."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway.cli.options import add_data, add_import_checks

HELP = "learners, enrolments and events in CSV files, for a platform that moves in"
DESCRIPTION = (
    "Loads learners, enrolments and events. Give one file or several: a row may refer to the files before it and to\n"
    "what the stores have. Courses must exist. Existing learners, enrolments and events stay as they are."
)
EPILOG = """\
columns, in any order (docs/import.md describes them):
  learners      learnerId, displayName, locale, timeZone;
                email, avatarUrl, goals, skills, preferences, attributes, attributes.NAME
  enrollments   learnerId, course;
                registration, enrolledAt, attributes, attributes.NAME
  events        verb, at, and registration or learnerId and course;
                id, itemKey, score, success, progress, durationSeconds, position, sessionId, verbIri, voids, extensions

examples:
  quadrangle import csv --learners learners.csv --enrollments enrollments.csv --dry-run
  quadrangle import csv --learners learners.csv --enrollments enrollments.csv --events events.csv.gz
  quadrangle import csv --events events.csv --skip-bad --data .quadrangle
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--learners", type=Path, metavar="FILE", help="the learners, CSV or .csv.gz")
    parser.add_argument("--enrollments", type=Path, metavar="FILE", help="the enrolments")
    parser.add_argument("--events", type=Path, metavar="FILE", help="the events")
    add_import_checks(parser)
    add_data(parser)


def run(options: Namespace) -> int:
    """Load the files and print the counts. 1 if a row is bad or an event was rejected."""
    if options.learners is options.enrollments is options.events is None:
        options.parser.error("give at least one of --learners, --enrollments and --events")
    from gateway.cli.import_run import ImportRun
    from gateway.datasets.csv_files.dataset import CsvSource, read_csv
    from gateway.datasets.dataset import Dataset
    from gateway.datasets.references import References
    from gateway.runtime.clock import utc_now

    run = ImportRun(data=options.data, dry_run=options.dry_run)
    source = CsvSource(learners=options.learners, enrollments=options.enrollments, events=options.events)
    source.check_headers()

    async def read(references: References) -> Dataset:
        with run.progress("checked") as bars:
            return await read_csv(source, references, now=utc_now(), skip_bad=options.skip_bad, on_progress=bars)

    return run.load(read)
