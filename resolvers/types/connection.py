"""Relay connections over pages of records."""

from typing import Generic, NamedTuple, TypeVar

import strawberry

from resolvers.errors import bad_input
from stores.domain.paging import Page

MOST = 100
N = TypeVar("N")


@strawberry.type(description="Where a page lies (Relay).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="There is more after this page.")
    has_previous_page: bool = strawberry.field(description="This page did not start at the beginning.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge; give it as `after`.")


@strawberry.type(description="A place in a connection.")
class Edge(Generic[N]):
    cursor: str = strawberry.field(description="Opaque; give it as `after` to go on behind this edge.")
    node: N = strawberry.field(description="What is here.")


@strawberry.type(description="A page of a list (Relay Cursor Connections).")
class Connection(Generic[N]):
    edges: list[Edge[N]] = strawberry.field(description="The page's rows in order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


class EdgeRow(NamedTuple):
    """What an Edge is a view of."""

    cursor: str
    node: object


class PageRows(NamedTuple):
    """What a Connection is a view of. `counted` is the key that its totalCount is looked up by."""

    edges: list[EdgeRow]
    page_info: PageInfo
    counted: object


def connection(page: Page[object] | None, *, after: str | None, counted: object = None) -> PageRows:
    """A connection's rows; no page is an empty one."""
    rows = () if page is None else page.rows
    cursors = () if page is None else page.cursors
    return PageRows(
        edges=[EdgeRow(cursor, row) for cursor, row in zip(cursors, rows, strict=True)],
        page_info=PageInfo(
            has_next_page=page is not None and page.has_next,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        counted=counted,
    )


def checked_first(first: int | None, *, default: int) -> int:
    """The page size asked for; a null asks for the default."""
    if first is None:
        return default
    if not 1 <= first <= MOST:
        raise bad_input(f"first is between 1 and {MOST}")
    return first
