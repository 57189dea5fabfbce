"""Reads the trusted documents at start-up."""

from pathlib import Path

from graphql import GraphQLSchema

from gateway.documents.manifest import read_manifest
from gateway.documents.operation_files import read_folder
from gateway.documents.trusted_documents import TrustedDocument
from gateway.documents.validation import limit_faults
from gateway.runtime.errors import CommandError
from resolvers.limits import Limits

MAX_LINES = 20


def read_documents(path: Path, schema: GraphQLSchema, limits: Limits | None = None) -> list[TrustedDocument]:
    """The documents of a manifest or of a folder of .graphql files. Raises `CommandError` with a line for each fault,
    which names the file. A document beyond `limits`, which would be refused whenever it is sent, is a fault, too."""
    faults: list[str] = []
    if path.is_dir():
        documents = read_folder(path, schema, faults)
    else:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            raise CommandError(f"{path.name}: it is not UTF-8") from None
        except OSError as error:
            raise CommandError(f"cannot read {path}: {error.strerror}") from None
        documents = read_manifest(text, path.name, schema, faults)
    if limits is not None and not faults:
        faults += [line for each in documents for line in limit_faults(each.text, limits, each.source)]
    if faults:
        more = len(faults) - MAX_LINES
        raise CommandError(*faults[:MAX_LINES], *([f"and {more} more faults"] if more > 0 else []))
    return documents
