"""The steps that bring a store to the version of this release, as `migrate --status` and `--plan` show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What a step means for processes that run meanwhile (see CONTRIBUTING.md)."""

    EXPAND = "expand"
    """Adds what processes of earlier versions do not see: a table, a column with a default, an index."""
    MIGRATE = "migrate"
    """Changes data so that earlier versions still read and write it correctly."""
    CONTRACT = "contract"
    """Is correct only if no process of an earlier version runs: it removes what they use or counts what they do not."""

    @property
    def is_safe(self) -> bool:
        """Whether the step may be applied while processes of an earlier version run."""
        return self is not Phase.CONTRACT


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationStep:
    """A step that is not applied yet. `commands`: what it sends to the store, in order; a comment for work in
    Python."""

    name: str
    phase: Phase
    commands: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMigrations:
    """`applied`: how many steps the store has. `pending`: the others, in order. `running`: how many processes announced
    themselves in this store lately, relays of gateways among them."""

    applied: int = 0
    pending: Sequence[MigrationStep] = ()
    running: int = 0
