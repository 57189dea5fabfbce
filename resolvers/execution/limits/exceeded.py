"""What goes beyond a limit: the error of a refusal, or a line in the log."""

import logging
from dataclasses import dataclass

from graphql import GraphQLError

from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from resolvers.limits import Limits

MOST_FOUND = 1_000_000_000
"""Larger numbers are reported as this one."""
log = logging.getLogger("quadrangle.limits")


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit, by its name in `extensions.limit`, its maximum, and what was found; None if that was not counted."""

    limit: str
    maximum: int
    found: int | None = None

    def __post_init__(self) -> None:
        # Fragments that multiply have more fields than a number in JSON can say.
        if self.found is not None and self.found > MOST_FOUND:
            object.__setattr__(self, "found", MOST_FOUND)

    def refusal(self, limits: Limits) -> GraphQLError | None:
        """TOO_COMPLEX, or None with a line in the log if the limits only measure. No part of the request is logged."""
        if not limits.enforced:
            log.warning("beyond a limit: %s, at most %d, found %s", self.limit, self.maximum, self.found)
            return None
        found = {} if self.found is None else {"found": self.found}
        return RequestError(
            ErrorCode.TOO_COMPLEX,
            f"beyond the limit `{self.limit}`: at most {self.maximum:,}"
            + ("" if self.found is None else f", found {self.found:,}"),
            limit=self.limit,
            maximum=self.maximum,
            **found,
        )
