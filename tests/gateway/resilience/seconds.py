"""A monotonic clock that tests move by hand."""


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> float:
        """Move on, and return the new time."""
        self.now += seconds
        return self.now
