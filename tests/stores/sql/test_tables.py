"""Rows are sent as arrays that both servers can cast."""

from stores.sql.core.tables import Table
from stores.sql.progress import rows
from stores.sql.timeline import rows as timeline_rows


def test_there_are_no_arrays_of_documents_or_bytes() -> None:
    """CockroachDB has no jsonb[] (its issue 23468), and text is no bytea[] anywhere."""
    tables = [table for table in (*vars(rows).values(), timeline_rows.EVENTS) if isinstance(table, Table)]
    given = [table.given() for table in tables]
    assert any("::jsonb" in query for query in given)
    assert not any(kind in query for query in given for kind in ("jsonb[]", "bytea[]"))
