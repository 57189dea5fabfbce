"""quadrangle import: load data into the stores, from one of several sources."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from gateway.cli import import_csv, import_moodle, import_oulad

SOURCES = {"csv": import_csv, "moodle-log": import_moodle, "oulad": import_oulad}
HELP = "load data: CSV files, a Moodle log, or the Open University Learning Analytics Dataset"
DESCRIPTION = (
    "Loads data with the stores' bulk writes. All rows are checked before the first write.\n"
    "Safe to repeat: existing records stay as they are, and an interrupted import continues where it stopped.\n"
    "Prints how many records were given, new, known and rejected; the exit code is 1 if any were rejected."
)
EPILOG = """\
examples:
  quadrangle import csv --learners learners.csv --enrollments enrollments.csv --events events.csv.gz
  quadrangle import moodle-log log.csv.gz --mapping moodle.toml
  quadrangle import oulad ~/oulad --data .quadrangle

Each source has its own help: `quadrangle import csv --help`.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the sources with their options."""
    sources = parser.add_subparsers(metavar="SOURCE", required=True)
    for name, source in SOURCES.items():
        sub = sources.add_parser(
            name,
            help=source.HELP,
            description=source.DESCRIPTION,
            epilog=source.EPILOG,
            formatter_class=RawDescriptionHelpFormatter,
        )
        source.add_arguments(sub)
        sub.set_defaults(run_source=source.run, parser=sub)


def run(options: Namespace) -> int:
    """Load the source and print the counts. 1 if a record was rejected."""
    code: int = options.run_source(options)
    return code
