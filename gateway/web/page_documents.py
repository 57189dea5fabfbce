"""The documents of the pages: what they send to the gateway, by id."""

from pathlib import Path

from gateway.documents.trusted_documents import TrustedDocument, hash_of
from gateway.documents.validation import named_operation, parsed

FOLDER = Path(__file__).with_name("documents")


def page_documents() -> list[TrustedDocument]:
    """A trusted document for each file of the folder. The id is the sha256 of the file's text, as it is in the pages.
    A test checks that all fit the schema and the limits."""
    return [_read(path) for path in sorted(FOLDER.glob("*.graphql"))]


def _read(path: Path) -> TrustedDocument:
    text = path.read_text("utf-8")
    name, kind = named_operation(parsed(text, path.name), path.name)
    return TrustedDocument(id=hash_of(text), name=name, kind=kind, text=text, source=path.name)
