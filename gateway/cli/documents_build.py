"""quadrangle documents build: a folder of .graphql files → the manifest that the gateway and the clients read."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

FORMATS = ("apollo", "relay")
HELP = "write the manifest of the operations in a folder of .graphql files"
DESCRIPTION = (
    "Reads the .graphql files of a folder and its folders: one operation a file, and fragments of any file. Checks\n"
    "them against the schema and writes a manifest of their texts by sha256. Every selection below the root gets\n"
    "__typename: the caches of Apollo Client and urql need it. The exit code is 1 if a file is bad; stderr names it."
)
EPILOG = """\
examples:
  quadrangle documents build src/operations --out documents.json
  quadrangle documents build src/operations --format relay > documents.json

Serve it: GATEWAY_DOCUMENTS=trusted GATEWAY_DOCUMENTS_PATH=documents.json quadrangle serve
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of .graphql files")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the manifest (default: stdout)")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="apollo",
        help="apollo: ids, names, types and texts (default); relay: a map of ids to texts",
    )


def run(options: Namespace) -> int:
    """Write the manifest."""
    from gateway.documents.manifest import write_apollo, write_relay
    from gateway.documents.read_documents import read_documents
    from gateway.runtime.errors import CommandError
    from resolvers.schema import build_schema
    from resolvers.strawberry_internals import core_schema

    if not options.folder.is_dir():
        raise CommandError(f"{options.folder}: no such folder")
    documents = read_documents(options.folder, core_schema(build_schema()))
    manifest = write_apollo(documents) if options.format == "apollo" else write_relay(documents)
    if options.out is None:
        sys.stdout.write(manifest)
    else:
        options.out.write_text(manifest, "utf-8")
        sys.stderr.write(f"{options.out}: documents: {len(documents)}\n")
    return 0
