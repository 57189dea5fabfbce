"""Relay connections over pages of records (GraphQL Cursor Connections Specification)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

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
    """A view of `PageRows`: Relay's PageInfo. Lists are read forwards only."""

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
    """One edge. The cursor is made when it is read."""

    node: object
    row: object
    cursor_of: Callable[[Any], str]

    @property
    def cursor(self) -> str:
        """The cursor of the row."""
        return self.cursor_of(self.row)


@dataclass(frozen=True, slots=True)
class PageRows:
    """What a connection and its `PageInfo` are views of: a page that was requested `after` a cursor. `counted`: the key
    by which `totalCount` counts all rows, where the type has it. `to_node` returns what is shown of a row, if that is
    not the row itself."""

    page: Page[Any]
    after: str | None
    counted: object
    to_node: Callable[[Any], object] | None

    @property
    def edges(self) -> list[EdgeRow]:
        """The edges, in order."""
        rows, cursor_of, to_node = self.page.rows, self.page.cursor_of, self.to_node
        return [EdgeRow(row if to_node is None else to_node(row), row, cursor_of) for row in rows]

    @property
    def page_info(self) -> "PageRows":
        """The position of the page."""
        return self

    @property
    def has_next_page(self) -> bool:
        """Whether there are rows after the page."""
        return self.page.has_next

    @property
    def has_previous_page(self) -> bool:
        """Whether the page was requested after a cursor."""
        return self.after is not None

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first row."""
        return self.page.cursor_of(self.page.rows[0]) if self.page.rows else None

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last row."""
        return self.page.cursor_of(self.page.rows[-1]) if self.page.rows else None


NO_ROWS: Page[Any] = Page((), str, False)


def connection(
    page: Page[Any] | None,
    *,
    after: str | None,
    counted: object = None,
    node: Callable[[Any], object] | None = None,
) -> PageRows:
    """The view of a page that was requested `after` a cursor; see `PageRows`. A key without a page has an empty one."""
    return PageRows(NO_ROWS if page is None else page, after, counted, node)


def checked_first(first: int | None, *, default: int) -> int:
    """The page size of a request, `default` if it is null. BAD_USER_INPUT unless it is between 1 and `MOST`."""
    if first is None:
        return default
    if not 1 <= first <= MOST:
        raise bad_input(f"first must be between 1 and {MOST}")
    return first
