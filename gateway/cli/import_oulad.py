"""quadrangle import oulad: load the Open University Learning Analytics Dataset."""

from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data, add_oulad

HELP = "the Open University Learning Analytics Dataset"
DESCRIPTION = "Loads the dataset's CSV files, its courses included."
EPILOG = """\
examples:
  quadrangle import oulad ~/oulad --data .quadrangle       into the stores of a demo
  quadrangle import oulad ~/oulad --skip-bad               into the stores of the GATEWAY_*_URL settings
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_oulad(parser)
    add_data(parser)


def run(options: Namespace) -> int:
    """Load the dataset and print the counts. 1 if a record was rejected."""
    from gateway.cli.import_run import ImportRun
    from gateway.datasets.dataset import Dataset
    from gateway.datasets.oulad.dataset import read_oulad
    from gateway.datasets.references import References

    run = ImportRun(data=options.data)
    run.console.print(f"reading {options.folder}")
    dataset = read_oulad(options.folder, skip_bad=options.skip_bad)

    async def given(references: References) -> Dataset:
        return dataset

    return run.load(given)
