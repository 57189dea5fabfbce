"""Relay connections over pages of records (GraphQL Cursor Connections Specification)."""

from typing import Annotated, Generic, NamedTuple, TypeVar

import strawberry

from resolvers.errors import bad_input
from stores.domain.paging import Page

MOST = 100
"""The largest page, and the most ids of one request."""
First = Annotated[int | None, strawberry.argument(description=f"The most rows of the page, 1 to {MOST}.")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor of the row before the page; null for the first page.")
]
N = TypeVar("N")


@strawberry.type(description="The position of a page in its list (Relay).")
class PageInfo:
    """Relay's PageInfo. Lists are read forwards only."""

    has_next_page: bool = strawberry.field(description="Whether there are rows after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the request had a cursor (`after`).")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge; null for an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last edge: pass it as `after` to get the next page. Null for an empty page."
    )


@strawberry.type(description="One row of a connection.")
class Edge(Generic[N]):
    """A view of `EdgeRow`."""

    cursor: str = strawberry.field(
        description="Opaque. Pass it as `after` of the same list to get the rows after this one."
    )
    node: N = strawberry.field(description="The row.")


@strawberry.type(description="One page of a list (Relay Cursor Connections).")
class Connection(Generic[N]):
    """A view of `PageRows`."""

    edges: list[Edge[N]] = strawberry.field(description="The rows of this page, in order.")
    page_info: PageInfo = strawberry.field(description="The position of this page in its list.")


class EdgeRow(NamedTuple):
    """The cursor and the record of one edge."""

    cursor: str
    node: object


class PageRows(NamedTuple):
    """The edges of a page. `counted`: the key by which `totalCount` counts all rows, where the type has it."""

    edges: list[EdgeRow]
    page_info: PageInfo
    counted: object


def connection(page: Page[object] | None, *, after: str | None, counted: object = None) -> PageRows:
    """The view of a page that was requested `after` a cursor. A key without a page has an empty one."""
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
    """The page size of a request, `default` if it is null. BAD_USER_INPUT unless it is between 1 and `MOST`."""
    if first is None:
        return default
    if not 1 <= first <= MOST:
        raise bad_input(f"first must be between 1 and {MOST}")
    return first
