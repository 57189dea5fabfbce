"""Generated code: one loop that builds the response objects of all rows of a level.

A field of a record is read, checked and written in line. Whatever is not as it should be raises, and the level is then
built value by value (`value_by_value.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from graphql import GraphQLLeafType, Undefined

from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.leaves import COERCED, LENGTHS, TEXT, leaf_code, serializer_of
from resolvers.execution.compiled.values import NULLED, NullInNonNull
from resolvers.execution.limits.response_size import LONG, NAME
from stores.domain.generated_code import function_of

Build = Callable[..., tuple[list[Any], int]]
"""Takes the rows, the joined columns, the completed columns, and as `sizes` the `ResponseSize`. Returns the response
objects and the size of their values."""


@dataclass(frozen=True, slots=True, eq=False)
class Inline:
    """A leaf that is read while its object is built: an attribute of the row or of a joined record, or what a function
    of the row returns. `attribute` None: `function` is called. `join`: the number of the joined column."""

    field: Field
    leaf: GraphQLLeafType
    attribute: str | None = None
    function: Callable[[Any], Any] | None = None
    join: int | None = None

    def read(self, row: Any, joined: Any) -> Any:
        """The value for one row and its joined record, which may be an exception."""
        if self.function is not None:
            return self.function(row)
        if self.join is not None and (joined is None or isinstance(joined, Exception)):
            return joined
        return getattr(row if self.join is None else joined, self.attribute or "")


@dataclass(frozen=True, slots=True, eq=False)
class Completed:
    """A field whose column is completed before its objects are built."""

    field: Field


@dataclass(frozen=True, slots=True, eq=False)
class TypeName:
    """`__typename`."""

    key: str


Part = Inline | Completed | TypeName


def is_plain(name: str) -> bool:
    """Whether generated code may contain a name as it is."""
    return name.isidentifier() and not iskeyword(name)


def generate(kind: str, parts: Sequence[Part], joins: int, classes: Mapping[str, type]) -> Build:
    """The function that builds objects of the type `kind` with these parts, in this order. `classes`: of the values of
    scalars, by the name of the scalar."""
    names: dict[str, Any] = {"NULLED": NULLED, "NullInNonNull": NullInNonNull, "Undefined": Undefined}
    joined = [f"r{number}" for number in range(joins)]
    columns: list[str] = []
    body: list[str] = []
    items: list[str] = []
    leaves = 0
    for number, part in enumerate(parts):
        variable = f"v{number}"
        if isinstance(part, TypeName):
            items.append(f"{part.key!r}: {kind!r}")
            continue
        items.append(f"{part.field.key!r}: {variable}")
        if isinstance(part, Completed):
            columns.append(variable)
            if part.field.non_null:
                body += [f"if {variable} is NULLED: raise NullInNonNull"]
        else:
            leaves += 1
            body += _read(part, number, names) + _convert(part, number, names, classes.get(part.leaf.name))
    loop = ["row", *joined, *columns]
    given = ["rows", *(f"all_{name}" for name in loop[1:])]
    over = f"zip({', '.join(given)})" if len(given) > 1 else "rows"
    code = [
        f"def build({', '.join(given)}, *, sizes):",
        "    size, long, measure = 0, sizes.charge_text, sizes.measure",
        "    objects = []",
        "    add = objects.append",
        f"    for {', '.join(loop)} in {over}:",
        *(f"        {line}" for line in body),
        f"        add({{{', '.join(items)}}})",
        f"    return objects, size + len(objects) * {leaves * NAME}",
    ]
    build: Build = function_of(code, "build", names)
    return build


def _read(part: Inline, number: int, names: dict[str, Any]) -> list[str]:
    if part.function is not None:
        names[f"f{number}"] = part.function
        return [f"v{number} = f{number}(row)"]
    if part.join is None:
        return [f"v{number} = row.{part.attribute}"]
    return [f"v{number} = None if r{part.join} is None else r{part.join}.{part.attribute}"]


def _convert(part: Inline, number: int, names: dict[str, Any], python_class: type | None) -> list[str]:
    variable = f"v{number}"
    names[f"s{number}"] = serializer_of(part.leaf, non_null=part.field.non_null)
    names[f"f{number}_"] = part.leaf.coerce_output_value
    names[f"c{number}"] = getattr(part.leaf, "wrapped_cls", python_class)
    code, slow = leaf_code(part.leaf, python_class), f"s{number}({variable})"
    if code is None:
        return [f"{variable} = {slow}", *_measured(variable)]
    test, value = (text.format(v=variable, c=f"c{number}", f=f"f{number}_") for text in code)
    if code is TEXT:
        otherwise = "else" if part.field.non_null else f"elif {variable} is not None"
        return [*_measured(variable)[:4], f"{otherwise}:", f"    {variable} = {slow}", f"    size += len({variable})"]
    if value == variable:
        null = "" if part.field.non_null else f" and {variable} is not None"
        return [f"if not ({test}){null}: {variable} = {slow}"]
    converted = [f"{variable} = {value} if {test} else {slow}"]
    if code is not COERCED:
        return converted
    if (length := LENGTHS.get(part.leaf.name)) is not None:
        return [*converted, f"if {variable} is not None: size += {length}"]
    nothing = f"elif {variable} is Undefined" + (f" or {variable} is None" if part.field.non_null else "")
    return [*converted, *_measured(variable), f"{nothing}: raise NullInNonNull"]


def _measured(variable: str) -> list[str]:
    """Code that adds the size of a text or a document."""
    return [
        f"if {variable}.__class__ is str:",
        f"    length = len({variable})",
        "    size += length",
        f"    if length >= {LONG}: long(length)",
        f"elif {variable}.__class__ in (dict, list): size += measure({variable})",
    ]
