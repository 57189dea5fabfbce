"""The undocumented interfaces of graphql-core that this project uses.

tests/test_internals.py checks that the installed version has them. Private attributes are read here only.
"""

from typing import Any

from graphql.execution import Executor

READ_IN = "3.3.2"
"""The version whose source was read for this."""
USED = {"graphql.execution.Executor": ("_relevant_sub_fields", "build_per_event_executor")}
"""By module or class: the names that this project imports, calls or overrides."""


def forget_sub_fields(executor: Executor[Any]) -> None:
    """Give the executor of one event its own memo of sub-fields.

    All events of a subscription share one memo. Its keys are the identities of lists that each event creates, so it
    would keep about 1 KiB of every event until the subscription ends.
    """
    executor._relevant_sub_fields = {}
