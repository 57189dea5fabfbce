"""The size of a response, counted while its values are completed: the estimated cost knows how many there are, and not
how large each of them is. A JSON value of 64 kB may be selected of many objects, and under many names."""

from typing import Any

import orjson

from resolvers.execution.limits.exceeded import Exceeded
from resolvers.limits import Limits

NAME = 16
"""Characters that each value takes besides its own: those of its name."""


class ResponseSize:
    """Counts the values of one response, or of one event, in characters."""

    __slots__ = ("_exceeded", "_left", "_limits")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.response
        self._exceeded = False

    def add(self, value: Any) -> None:
        """Count a scalar as it is in the response. Raises TOO_COMPLEX if the limit is exceeded, and for each value that
        follows."""
        if type(value) is str:
            self._left -= len(value) + NAME
        elif type(value) in (dict, list) and self._left >= 0:
            self._left -= len(orjson.dumps(value)) + NAME
        else:
            self._left -= NAME
        if self._left < 0:
            self._refuse()

    def _refuse(self) -> None:
        if self._exceeded and not self._limits.enforced:
            return  # it is in the log
        self._exceeded = True
        refusal = Exceeded("response", self._limits.response).refusal(self._limits)
        if refusal is not None:
            raise refusal
