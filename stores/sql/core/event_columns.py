"""Events as rows: the columns that a table has for an event's fields, by the list of `stores.domain.event_codec`."""

import json
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any

import asyncpg

from stores.domain.event_codec import FIELDS, Kind
from stores.domain.events import Event, Verb
from stores.sql.core.uuids import uuid_of

TYPES: Mapping[Kind, str] = {
    Kind.UUID: "uuid",
    Kind.TEXT: "text",
    Kind.VERB: "text",
    Kind.MOMENT: "timestamptz",
    Kind.NUMBER: "float8",
    Kind.INTEGER: "int8",
    Kind.FLAG: "bool",
    Kind.DOCUMENT: "jsonb",
}


class EventColumns:
    """The columns of one table. `renamed`: columns that are not called as their field is; `without`: fields that the
    table does not keep; `document_type`: `jsonb`, or `text` for a table that gives numbers back as they were written.
    """

    def __init__(
        self,
        *,
        renamed: Mapping[str, str],
        without: Collection[str] = (),
        document_type: str = "jsonb",
        read_document: Callable[[str], dict[str, Any]] = json.loads,
    ) -> None:
        fields = [name for name in FIELDS if name not in without]
        self._column_of = {name: renamed.get(name, name) for name in fields}
        types = {**TYPES, Kind.DOCUMENT: document_type}
        self.types = {self._column_of[name]: types[FIELDS[name]] for name in fields}
        """Column → type, in the order of `values`."""
        self._get = attrgetter(*fields)
        self._texts = [
            place for place, name in enumerate(fields) if document_type == "text" and FIELDS[name] is Kind.DOCUMENT
        ]
        decoders: dict[Kind, Callable[[Any], Any]] = {
            Kind.UUID: uuid_of,
            Kind.VERB: Verb.__members__.__getitem__,
            Kind.DOCUMENT: read_document,
        }
        self._decoders = [(name, column, decoders.get(FIELDS[name])) for name, column in self._column_of.items()]

    def values(self, event: Event) -> list[object]:
        """The values of an event's row."""
        values = list(self._get(event))
        for place in self._texts:
            values[place] = json.dumps(values[place])
        return values

    def fields(self, row: asyncpg.Record) -> dict[str, Any]:
        """The fields of a row's event."""
        found = {}
        for name, column, decode in self._decoders:
            value = row[column]
            found[name] = value if value is None or decode is None else decode(value)
        return found
