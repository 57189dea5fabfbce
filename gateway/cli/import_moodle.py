"""quadrangle import moodle-log: load the log of a Moodle site."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway.cli.options import add_data, add_import_checks

HELP = "an export of Moodle's table logstore_standard_log"
DESCRIPTION = (
    "Loads the log of a Moodle site as events. A mapping file says which course of Moodle is which course here, which\n"
    "course module is which item, and which user is which learner. Courses must exist. Learners and enrolments must\n"
    "exist, or the log must have their enrolment. Rows that the mapping does not cover are skipped and counted."
)
EPILOG = """\
the mapping (docs/import.md describes it):
  site = "https://moodle.example.org"
  [learners]
  prefix = "moodle-"                         Moodle's user 17 is the learner moodle-17
  [courses]
  5 = "course-v1:Example+DB101+2026"         by course id
  [items]
  301 = "quiz-1"                             by course module id, as in /mod/quiz/view.php?id=301
  [events]
  '\\mod_hvp\\event\\attempt_submitted' = "ATTEMPTED"

examples:
  quadrangle import moodle-log log.csv.gz --mapping moodle.toml --dry-run
  quadrangle import moodle-log log.csv.gz --mapping moodle.toml --site https://moodle.example.org
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("log", type=Path, metavar="FILE", help="the log, CSV or .csv.gz, with a header")
    parser.add_argument("--mapping", type=Path, required=True, metavar="FILE", help="the mapping, TOML")
    parser.add_argument("--site", metavar="URL", help="the URL of the Moodle site (default: the mapping's `site`)")
    add_import_checks(parser)
    add_data(parser)


def run(options: Namespace) -> int:
    """Load the log and print the counts. 1 if a row is bad or an event was rejected."""
    from gateway.cli.import_run import ImportRun
    from gateway.datasets.csv_stream import CsvFile
    from gateway.datasets.dataset import Dataset
    from gateway.datasets.moodle.dataset import read_moodle
    from gateway.datasets.moodle.log_rows import COLUMNS
    from gateway.datasets.moodle.mapping import read_mapping
    from gateway.datasets.references import References
    from gateway.runtime.clock import utc_now

    run = ImportRun(data=options.data, dry_run=options.dry_run)
    mapping = read_mapping(options.mapping, site=options.site)
    CsvFile(path=options.log, columns=COLUMNS).check_header()

    async def read(references: References) -> Dataset:
        with run.progress("checked") as bars:
            return await read_moodle(
                options.log, mapping, references, now=utc_now(), skip_bad=options.skip_bad, on_progress=bars
            )

    return run.load(read)
