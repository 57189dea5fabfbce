"""quadrangle schema: print the GraphQL schema."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "print the GraphQL schema"
DESCRIPTION = "Prints the schema in GraphQL's schema definition language (SDL). schema.graphql is its committed copy."
EPILOG = "example:  quadrangle schema > schema.graphql"


def add_arguments(parser: ArgumentParser) -> None:
    """There are no options."""


def run(options: Namespace) -> int:
    """Print the schema on stdout."""
    from resolvers.schema import build_schema

    sys.stdout.write(build_schema().as_str() + "\n")
    return 0
