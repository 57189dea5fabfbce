"""quadrangle schema: print the GraphQL schema."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "print the GraphQL schema"
DESCRIPTION = "Prints the schema in GraphQL's schema definition language (SDL). schema.graphql is its committed copy."
EPILOG = """\
examples:
  quadrangle schema > schema.graphql
  quadrangle schema --federated > quadrangle.graphql      for the composition of a federated graph
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--federated", action="store_true", help="with the keys of Apollo Federation v2")


def run(options: Namespace) -> int:
    """Print the schema on stdout."""
    from resolvers.schema import build_schema, subgraph_sdl

    sys.stdout.write(subgraph_sdl() if options.federated else build_schema().as_str() + "\n")
    return 0
