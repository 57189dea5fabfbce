"""Frozen records, made and copied in less than half of the time.

The constructor of a frozen dataclass sets each field by a call, and `dataclasses.replace` calls the constructor. Here
the fields are set in an instance of a class with the same slots that is not frozen; then it becomes a record. For
dataclasses with `frozen`, `slots` and `kw_only`, and without `__post_init__`.
"""

from collections.abc import Callable, Hashable
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, cast

from stores.domain.generated_code import function_of

Record = TypeVar("Record")


def revised(record: Record, **values: Any) -> Record:
    """A copy of a record with these values, as `dataclasses.replace` makes it."""
    copy: Callable[[Record, dict[str, Any]], Record] = _copier(cast("Hashable", type(record)))
    return copy(record, values)


def maker(kind: type[Record]) -> type[Record]:
    """A function that is called as the class is, and makes the same records."""
    names, parameters, code = _names_for(kind), [], [" made = unfrozen()"]
    for field in fields(cast("Any", kind)):
        name = value = parameter = field.name
        if field.default is not MISSING:
            names[f"default_{name}"] = field.default
            parameter = f"{name}=default_{name}"
        elif field.default_factory is not MISSING:
            names[f"new_{name}"] = field.default_factory
            parameter, value = f"{name}=MISSING", f"new_{name}() if {name} is MISSING else {name}"
        parameters.append(parameter)
        code.append(f" made.{name} = {value}")
    code += [" made.__class__ = kind", " return made"]
    make: type[Record] = function_of([f"def make(*, {', '.join(parameters)}):", *code], "make", names)
    return make


@cache
def _copier(kind: Any) -> Callable[[Any, dict[str, Any]], Any]:
    """A function that copies a record of this class and sets values in the copy."""
    lines = [
        "def copy(record, values):",
        " made = unfrozen()",
        *(f" made.{field.name} = record.{field.name}" for field in fields(kind)),
        " for name, value in values.items(): setattr(made, name, value)",
        " made.__class__ = kind",
        " return made",
    ]
    copy: Callable[[Any, dict[str, Any]], Any] = function_of(lines, "copy", _names_for(kind))
    return copy


def _names_for(kind: Any) -> dict[str, Any]:
    """What the generated code refers to. `unfrozen`: a class with the same slots."""
    slots = [field.name for field in fields(kind)]
    return {"kind": kind, "unfrozen": type(f"Unfrozen{kind.__name__}", (), {"__slots__": slots}), "MISSING": MISSING}
