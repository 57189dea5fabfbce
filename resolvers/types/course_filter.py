"""CourseFilter: which courses `Query.courses` lists."""

import strawberry

from resolvers.errors import bad_input
from resolvers.types.connection import MOST
from resolvers.value_rules import MAX_TEXT_LENGTH, problem_with_text
from stores.domain import catalog


@strawberry.input(description="A filter on courses. All given parts must hold.")
class CourseFilter:
    """The GraphQL input of a filter; `where` is its checked form."""

    keys: list[str] | None = strawberry.field(
        default=None, description=f"Only the courses with these keys (compared exactly, at most {MOST})."
    )
    title_contains: str | None = strawberry.field(
        default=None,
        description="Only courses with this text in the title of their newest version. Accents, case and Unicode form "
        "are ignored.",
    )

    def where(self) -> catalog.CourseFilter:
        """The filter of the store. BAD_USER_INPUT for too many keys and for a text that is too long."""
        if self.keys is not None and len(self.keys) > MOST:
            raise bad_input(f"at most {MOST} keys")
        if problem := problem_with_text(self.title_contains or "", MAX_TEXT_LENGTH):
            raise bad_input(f"titleContains {problem}")
        keys = None if self.keys is None else tuple(self.keys)
        return catalog.CourseFilter(keys=keys, title_contains=self.title_contains)
