"""Errors of the embedded servers."""


class EmbeddedError(Exception):
    """A problem with the embedded servers or their data folder. The message is one line: what happened, what to do."""


class ServerExited(EmbeddedError):
    """A server exited before it was ready: its port may be taken, or its predecessor may still be ending."""
