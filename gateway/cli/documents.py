"""quadrangle documents: the persisted documents of a deployment."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from gateway.cli import documents_build

ACTIONS = {"build": documents_build}
HELP = "build the manifest of a deployment's GraphQL documents"
DESCRIPTION = "Commands for persisted documents (docs/persisted-documents.md)."
EPILOG = """\
example:  quadrangle documents build src/operations --out documents.json

See also `quadrangle documents build --help`.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the actions with their options."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for name, action in ACTIONS.items():
        sub = actions.add_parser(
            name,
            help=action.HELP,
            description=action.DESCRIPTION,
            epilog=action.EPILOG,
            formatter_class=RawDescriptionHelpFormatter,
        )
        action.add_arguments(sub)
        sub.set_defaults(run_action=action.run, parser=sub)


def run(options: Namespace) -> int:
    """Run the action."""
    code: int = options.run_action(options)
    return code
