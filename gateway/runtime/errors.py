"""The error that ends a command with a message for its user."""


class CommandError(Exception):
    """A command cannot continue. `lines` say what happened and what to do; they hold no secret."""

    def __init__(self, *lines: str, exit_code: int = 1) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines
        self.exit_code = exit_code
