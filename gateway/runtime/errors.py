class CommandError(Exception):
    """Why a command cannot go on, in lines that a person can act on. They hold no secret."""

    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines
