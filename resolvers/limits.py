"""The limits of operations: how large a document may be, what it may cost, and who may introspect."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a peer's operations. docs/limits.md explains each of them.

    `size` is in bytes of UTF-8; `cost` in the units of the schema's `@cost` directives; `store_calls` limits the calls
    that an operation, or one event of a subscription, makes, and `response` the characters of the values in its answer.
    All others are numbers of parts of the document.
    `mode`: `measure` logs what goes beyond a limit and lets it pass. `introspection`: whose operations may select
    `__schema` and `__type`; `__typename` is always allowed.
    """

    size: int = 32_768
    tokens: int = 2_000
    definitions: int = 50
    depth: int = 15
    aliases: int = 50
    root_fields: int = 20
    directives: int = 50
    fields: int = 1_000
    repeats: int = 50
    introspection_depth: int = 20
    introspection_fields: int = 500
    cost: int = 10_000
    store_calls: int = 100
    response: int = 8_388_608
    mode: Literal["enforce", "measure"] = "enforce"
    introspection: Literal["admin", "all"] = "all"

    @property
    def enforced(self) -> bool:
        """Whether an operation beyond a limit is refused."""
        return self.mode == "enforce"


DEFAULT_LIMITS = Limits()
