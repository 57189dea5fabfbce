"""Manifests of persisted documents: the JSON forms of Apollo and of Relay.

Apollo's: https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format
Relay's (`persistConfig.file`): https://relay.dev/docs/guides/persisted-queries/
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from graphql import GraphQLSchema

from gateway.documents.trusted_documents import TrustedDocument
from gateway.documents.validation import BadDocument, named_operation, parsed, schema_faults

APOLLO_FORMAT = "apollo-persisted-query-manifest"
APOLLO_VERSION = 1
MAX_ID = 256
"""Characters of an id."""


def read_manifest(text: str, file: str, schema: GraphQLSchema, faults: list[str]) -> list[TrustedDocument]:
    """The documents of a manifest. Adds a line for each fault."""
    documents: list[TrustedDocument] = []
    try:
        for id, body in _entries(text, file):
            source = f"{file}, document {id}"
            try:
                document = parsed(body, source)
                name, kind = named_operation(document, source)
            except BadDocument as fault:
                faults.append(str(fault))
                continue
            faults += schema_faults(schema, document, source)
            documents.append(TrustedDocument(id=id, name=name, kind=kind, text=body, source=source))
    except BadDocument as fault:
        faults.append(str(fault))
    if not documents and not faults:
        faults.append(f"{file}: it has no document")
    return documents


def write_apollo(documents: Iterable[TrustedDocument]) -> str:
    """The documents as Apollo's manifest."""
    operations = [{"id": each.id, "name": each.name, "type": each.kind, "body": each.text} for each in documents]
    return _json({"format": APOLLO_FORMAT, "version": APOLLO_VERSION, "operations": operations})


def write_relay(documents: Iterable[TrustedDocument]) -> str:
    """The documents as Relay's map of ids to texts."""
    return _json({each.id: each.text for each in documents})


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _entries(text: str, file: str) -> Iterator[tuple[str, str]]:
    """The ids and texts of a manifest in either form. Raises `BadDocument`."""
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        raise BadDocument(f"{file}: it is not JSON") from None
    if not isinstance(manifest, dict):
        raise BadDocument(f"{file}: it is not a JSON object")
    entries = _apollo_entries(manifest, file) if "format" in manifest else manifest.items()
    known: set[str] = set()
    for id, body in entries:
        if not (isinstance(id, str) and 0 < len(id) <= MAX_ID and isinstance(body, str)):
            raise BadDocument(f"{file}: a document needs an id of 1 to {MAX_ID} characters and a text")
        if id in known:
            raise BadDocument(f"{file}: two documents have the id {id}")
        known.add(id)
        yield id, body


def _apollo_entries(manifest: dict[str, Any], file: str) -> Iterator[tuple[Any, Any]]:
    if (manifest["format"], manifest.get("version")) != (APOLLO_FORMAT, APOLLO_VERSION):
        raise BadDocument(f"{file}: its format is not {APOLLO_FORMAT}, version {APOLLO_VERSION}")
    operations = manifest.get("operations")
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise BadDocument(f"{file}: `operations` is not a list of objects")
    for each in operations:
        yield each.get("id"), each.get("body")
