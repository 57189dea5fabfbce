"""Why a write was refused, as plain values."""

from dataclasses import dataclass

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


def refuse(code: str, message: str, *path: str | int) -> Refusal:
    """A refusal with one fault."""
    return Refusal((Fault(code, message, path),))


def forbidden(*path: str | int) -> Fault:
    """The one answer for what the viewer may not write and for what does not exist."""
    return Fault("FORBIDDEN", errors.forbidden().message, path)


def refuse_forbidden() -> Refusal:
    """The viewer may not do this at all."""
    return Refusal((forbidden(),))
