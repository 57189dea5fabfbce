"""Requests and operations beyond a limit, counted by the kind of the limit."""

from collections import Counter
from enum import StrEnum


class RefusalKind(StrEnum):
    """A limit. Those of one operation have their name in `extensions.limit` (docs/limits.md)."""

    RATE = "rate"
    OPERATIONS = "operations"
    CONNECTIONS = "connections"
    HEAD = "head"
    SLOW_REQUEST = "slowRequest"
    BODY = "body"
    BODIES = "bodies"
    SOCKETS_OF_ADDRESS = "socketsOfAddress"
    SOCKETS_OF_SUBJECT = "socketsOfSubject"
    OPERATIONS_OF_SOCKET = "operationsOfSocket"
    UNTRUSTED_DOCUMENT = "untrustedDocument"
    SIZE = "size"
    TOKENS = "tokens"
    DEFINITIONS = "definitions"
    DIRECTIVES = "directives"
    ALIASES = "aliases"
    ROOT_FIELDS = "rootFields"
    DEPTH = "depth"
    FIELDS = "fields"
    REPEATS = "repeats"
    INTROSPECTION_DEPTH = "introspectionDepth"
    INTROSPECTION_FIELDS = "introspectionFields"
    COST = "cost"
    STORE_CALLS = "storeCalls"
    RESPONSE = "response"


class Refusals:
    """How often each limit refused something. One for a process."""

    def __init__(self) -> None:
        self.counts = Counter(dict.fromkeys(RefusalKind, 0))

    def count(self, kind: RefusalKind) -> None:
        """Count one refusal."""
        self.counts[kind] += 1
