"""Rows are sent as arrays that both servers can cast."""

from datetime import timedelta
from uuid import UUID

import pytest

from stores.domain.events import Verb
from stores.sql.core.pool import open_pool
from stores.sql.core.tables import Table
from stores.sql.progress import rows
from stores.sql.timeline import rows as timeline_rows
from tests.backends import Servers
from tests.stores.samples import NOON

EACH = Table(
    name="each",
    columns={
        "a_bool": "bool",
        "a_bytea": "bytea",
        "a_float8": "float8",
        "a_int8": "int8",
        "a_jsonb": "jsonb",
        "a_text": "text",
        "a_timestamptz": "timestamptz",
        "a_uuid": "uuid",
    },
)
FULL = (True, b"\0,null", 1e-300, -(2**63), {"a": [None, ","]}, "null,", NOON + timedelta(microseconds=1), UUID(int=1))
OTHER: tuple[object, ...] = (False, b"", float("inf"), 0, {}, Verb.PLAYED, NOON, UUID(int=2))
STORED = {repr(FULL[4]): '{"a": [null, ","]}', "{}": "{}", repr(Verb.PLAYED): "PLAYED"}
"""What the driver returns for values of other types than these."""
NULLS = (None,) * len(FULL)
TEXTS = [
    "",
    "null",
    "NULL",
    "{}",
    "a,b",
    '"',
    "\\",
    '\\"',
    "\n\t\x01",
    '\\n\x1f"',
    "é\u2028\x7f",
    "𝄞",
    None,
    Verb.PLAYED,
]
"""Texts that JSON or an array literal writes with escapes or quotes."""


def test_there_are_no_arrays_of_documents_or_bytes() -> None:
    """CockroachDB has no jsonb[] (its issue 23468), and text is no bytea[] anywhere."""
    tables = [table for table in (*vars(rows).values(), timeline_rows.EVENTS) if isinstance(table, Table)]
    given = [table.given() for table in tables]
    assert any("::jsonb" in query for query in given)
    assert not any(kind in query for query in given for kind in ("jsonb[]", "bytea[]"))


@pytest.mark.parametrize(
    "sent", [[], [FULL], [NULLS], [OTHER], [FULL, NULLS, OTHER]], ids=["none", "full", "nulls", "other", "all"]
)
async def test_values_of_every_type_arrive(servers: Servers, sent: list[tuple[object, ...]]) -> None:
    """No row, one row of NULLs, and values that look like the separator and the mark of NULL."""
    async with open_pool(servers.sql_url, size=1) as pool:
        found = [tuple(row) for row in await pool.fetch(EACH.given(), *EACH.arrays(sent))]
    assert found == [tuple(STORED.get(repr(value), value) for value in row) for row in sent]


async def test_texts_with_any_characters_arrive(servers: Servers) -> None:
    table = Table(name="each", columns={"a_text": "text"})
    async with open_pool(servers.sql_url, size=1) as pool:
        for sent in (TEXTS, *([text] for text in TEXTS)):
            found = [row[0] for row in await pool.fetch(table.given(), *table.arrays([(text,) for text in sent]))]
            assert found == [text.value if isinstance(text, Verb) else text for text in sent]
