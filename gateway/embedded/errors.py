class EmbeddedError(Exception):
    """What went wrong with the embedded servers and what to do about it, in one line."""


class ServerExited(EmbeddedError):
    """A server that ended before it was ready: its port may be taken, or its predecessor not quite gone."""
