"""Why a write was refused, as plain values."""

from dataclasses import dataclass, replace

from resolvers import errors

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a command.

    `code` is for programs (BAD_USER_INPUT, FORBIDDEN, CONFLICT, UNKNOWN_ITEM …), `message` for people. `path` leads
    from the command to the wrong part, by attribute names and positions; it is empty for the command as a whole.
    """

    code: str
    message: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write that was refused. Nothing was written, and `faults` (at least one) say why."""

    faults: tuple[Fault, ...]

    def under(self, *path: str | int) -> "Refusal":
        """The refusal of the part of a larger command at `path`."""
        return Refusal(tuple(replace(fault, path=(*path, *fault.path)) for fault in self.faults))


def refuse(code: str, message: str, *path: str | int) -> Refusal:
    """A refusal with one fault."""
    return Refusal((Fault(code, message, path),))


def forbidden(*path: str | int) -> Fault:
    """The one answer for what the viewer may not write and for what does not exist."""
    return Fault("FORBIDDEN", errors.forbidden().message, path)


def refuse_forbidden() -> Refusal:
    """The viewer may not do this at all."""
    return Refusal((forbidden(),))


MAX_BULK = 500
"""The most records that one command writes."""


def too_many(number: int, part: str) -> Refusal | None:
    """The refusal of a command with so many records in `part`, or None."""
    return refuse("TOO_MANY", f"are more than {MAX_BULK}", part) if number > MAX_BULK else None
