"""The phases of migrations that do not name theirs: released files, which must not be edited, and steps in Python.

A new file names its phase in its first line: `-- Phase: expand`.
"""

from collections.abc import Mapping

from stores.domain.migration_steps import Phase

PHASES: Mapping[tuple[str, int], Phase] = {
    ("progress", 1): Phase.EXPAND,
    ("progress", 2): Phase.EXPAND,
    ("progress", 3): Phase.EXPAND,
    ("progress", 4): Phase.CONTRACT,  # earlier versions fold events without sessions
    ("progress", 5): Phase.EXPAND,
    ("progress", 6): Phase.CONTRACT,  # earlier versions write rows without slots
    ("progress", 7): Phase.CONTRACT,
    ("progress", 8): Phase.EXPAND,
    ("progress", 9): Phase.CONTRACT,  # earlier versions read by the index that it drops
    ("progress", 10): Phase.EXPAND,
    ("progress", 11): Phase.CONTRACT,  # earlier versions do not keep the order
    ("progress", 12): Phase.EXPAND,
    ("progress", 13): Phase.CONTRACT,  # earlier versions do not count items
    ("progress", 14): Phase.EXPAND,
    ("progress", 15): Phase.EXPAND,
    ("progress", 16): Phase.CONTRACT,  # earlier versions do not count enrolments
    ("progress", 17): Phase.CONTRACT,  # earlier versions read by the index that it drops
    ("timeline", 1): Phase.EXPAND,
    ("timeline", 2): Phase.CONTRACT,  # earlier versions count events that it no longer counts
    ("timeline", 3): Phase.EXPAND,
}
"""(set, number) → phase."""
