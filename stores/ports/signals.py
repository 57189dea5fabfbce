"""Signals: hints that something changed. They hold no state and may repeat."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

Signals: TypeAlias = AbstractAsyncContextManager[AsyncIterator[frozenset[str] | None]]
"""A subscription, entered when it stands: changes after that are signalled. Each step yields the keys that changed, or
None if any may have changed."""
