import sys
from argparse import ArgumentParser, Namespace

HELP = "print the schema (SDL)"
DESCRIPTION = "Prints the GraphQL schema in its definition language. schema.graphql is its committed copy."
EPILOG = "example:  quadrangle schema > schema.graphql"


def add_arguments(parser: ArgumentParser) -> None:
    pass


def run(options: Namespace) -> int:
    from resolvers.schema import build_schema

    sys.stdout.write(build_schema().as_str() + "\n")
    return 0
