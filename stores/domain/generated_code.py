"""Functions made from generated source: a loop over fields with a call for each would take twice as long."""

from collections.abc import Iterable
from typing import Any


def function_of(lines: Iterable[str], name: str, names: dict[str, Any]) -> Any:
    """The function `name` that these lines define; `names` are the objects that they refer to.

    A line may have names of fields and types only where they are identifiers, or quoted by `repr`. It has nothing else
    of what a client sends.
    """
    exec("\n".join(lines), names)  # noqa: S102 - see above
    return names.pop(name)  # in its own namespace it would be a cycle
