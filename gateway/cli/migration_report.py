"""What `migrate --status` and `migrate --plan` print."""

from collections.abc import Iterator, Sequence

from gateway.config.pending_migrations import PortMigrations
from gateway.runtime.console import format_table
from stores.domain.rebuilds import Rebuild

PENDING = 3
"""The exit code if a migration is pending."""
COMMENTS = {"mongodb": "//", "mongodb+srv": "//"}
"""By backend: what begins a comment, where it is not that of SQL."""


def status_lines(found: Sequence[PortMigrations]) -> Iterator[str]:
    """A table with a row for each port. `safe`: whether all pending steps are safe while an earlier version runs."""
    yield format_table(
        [("port", "backend", "applied", "pending", "safe"), *(_row(one) for one in found)],
    )


def plan_lines(found: Sequence[PortMigrations]) -> Iterator[str]:
    """The commands of the pending steps in the order in which `migrate` applies them, each step with a comment."""
    for one in found:
        comment = COMMENTS.get(one.backend, "--")
        for step in one.pending:
            safe = "" if step.phase.is_safe else "not "
            yield f"{comment} {one.port} ({one.backend}): {step.name}: {step.phase.value},"
            yield f"{comment} {safe}safe while processes of an earlier version run"
            yield from step.commands
            yield ""


def exit_code(found: Sequence[PortMigrations], unfinished: Sequence[Rebuild]) -> int:
    """0 if nothing is pending, `PENDING` if something is, 1 if a store does not say."""
    if any(one.fault is not None for one in found):
        return 1
    return PENDING if any(one.pending for one in found) or Rebuild.PROGRESS in unfinished else 0


def _row(one: PortMigrations) -> Sequence[object]:
    if one.fault is not None:
        return one.port, one.backend, "?", "?", "?"
    safe = "-" if not one.pending else "yes" if all(step.phase.is_safe for step in one.pending) else "no"
    return one.port, one.backend, one.migrations.applied, len(one.pending), safe
