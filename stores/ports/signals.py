"""Signals: hints that something changed. They hold no state, and may come repeatedly."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

Signals: TypeAlias = AbstractAsyncContextManager[AsyncIterator[frozenset[str] | None]]
"""Entered when listening has begun: a change after that is signalled."""
