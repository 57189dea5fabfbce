"""UUIDs from what stores return. `UUID(…)` checks its arguments in Python and takes four times as long."""

from uuid import UUID, SafeUUID

_new = object.__new__
_set_int, _set_is_safe = (vars(UUID)[name].__set__ for name in ("int", "is_safe"))


def uuid_of_int(number: int) -> UUID:
    """The UUID with this number, which must be one of 128 bits."""
    made = _new(UUID)
    _set_int(made, number)
    _set_is_safe(made, SafeUUID.unknown)
    return made


def uuid_of_text(text: str) -> UUID:
    """The UUID of its usual form, 8-4-4-4-12 hexadecimal digits. The text is not checked."""
    return uuid_of_int(int(text.replace("-", ""), 16))
