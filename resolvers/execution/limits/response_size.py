"""The size of a response, counted while its values are completed: the estimated cost knows how many there are, and not
how large each of them is. A JSON value of 64 kB may be selected of many objects, and under many names."""

from collections.abc import Callable
from typing import Any

import orjson

from resolvers.execution.limits.exceeded import Exceeded
from resolvers.limits import Limits

LONG = 1_000
"""Characters of a value that costs more than its place: it is charged a unit for each of these parts."""
NAME = 16
"""Characters that each value takes besides its own: those of its name."""


class ResponseSize:
    """Counts the values of one response, or of one event, in characters."""

    __slots__ = ("_charge", "_exceeded", "_left", "_limits")

    def __init__(self, limits: Limits, charge: Callable[[float], None]) -> None:
        """`charge` takes the cost of long values, beyond the estimate."""
        self._limits = limits
        self._charge = charge
        self._left = limits.response
        self._exceeded = False

    def add(self, value: Any) -> None:
        """Count a scalar as it is in the response. Raises TOO_COMPLEX if the limit is exceeded, and for each value that
        follows."""
        size = 0
        if type(value) is str:
            size = len(value)
            if size >= LONG:
                self.charge_text(size)
        elif type(value) in (dict, list):
            size = self.measure(value)
        self.add_counted(size + NAME)

    def measure(self, document: Any) -> int:
        """The size of a JSON document, which is charged if it is long."""
        size = len(orjson.dumps(document)) if self._left >= 0 else 0
        if size >= LONG:
            self.charge_text(size)
        return size

    def charge_text(self, size: int) -> None:
        """Charge a value of at least `LONG` characters."""
        self._charge(size // LONG)

    def add_counted(self, size: int) -> None:
        """Count values whose size is known, names included. Raises TOO_COMPLEX as `add` does."""
        self._left -= size
        if self._left < 0:
            self._refuse()

    def _refuse(self) -> None:
        if self._exceeded and not self._limits.enforced:
            return  # it is in the log
        self._exceeded = True
        refusal = Exceeded("response", self._limits.response).refusal(self._limits)
        if refusal is not None:
            raise refusal


def counted(part: Any) -> int:
    """The size of a part of a response whose values were counted one by one."""
    if isinstance(part, dict):
        return sum(map(counted, part.values()))
    if isinstance(part, list):
        return sum(map(counted, part))
    return NAME + (len(part) if isinstance(part, str) else 0)
