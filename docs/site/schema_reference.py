"""Adds the page of the schema: every type, field and argument with its description, from schema.graphql."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    print_ast,
    specified_directives,
)
from graphql.type import is_introspection_type, is_specified_scalar_type
from graphql.utilities import ast_from_value
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

SCHEMA = Path(__file__).resolve().parents[2] / "schema.graphql"
KINDS: Mapping[str, type[GraphQLNamedType] | tuple[type[GraphQLNamedType], ...]] = {
    "Objects": (GraphQLObjectType, GraphQLInterfaceType),
    "Inputs": GraphQLInputObjectType,
    "Enums": GraphQLEnumType,
    "Scalars": GraphQLScalarType,
}
INTRODUCTION = """\
# Schema reference

Every type of [the graph](client-guide.md), made of the descriptions in its schema. `!` marks what is never null.
[Permissions](permissions.md) says who may read each field.
"""


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the page."""
    files.append(File.generated(config, "schema.md", content=schema_reference(SCHEMA.read_text("utf-8"))))
    return files


def schema_reference(sdl: str) -> str:
    """The page, as Markdown with lists of HTML."""
    schema = build_schema(sdl)
    return "\n".join([INTRODUCTION, *sections(schema)])


def sections(schema: GraphQLSchema) -> Iterator[str]:
    """The root fields, the types of each kind, and the directives."""
    types = [schema.type_map[name] for name in sorted(schema.type_map)]
    own = [each for each in types if not is_introspection_type(each) and not is_specified_scalar_type(each)]
    roots = {
        "Queries": schema.query_type,
        "Mutations": schema.mutation_type,
        "Subscriptions": schema.subscription_type,
    }
    for title, root in roots.items():
        yield f"## {title}\n"
        for name, field in root.fields.items() if root else ():
            yield f"### {name} {{#{root}.{name}}}\n"
            yield f"{prose(field.description)}\n\nReturns {linked(str(field.type))}.\n"
            yield from entries(f"{root}.{name}", field.args)
    for title, kind in KINDS.items():
        yield f"## {title}\n"
        for each in own:
            if isinstance(each, kind) and each not in roots.values():
                yield f"### {each.name} {{#{each.name}}}\n\n{prose(each.description)}\n"
                yield from members(each)
    yield "## Directives\n"
    for directive in schema.directives:
        if directive not in specified_directives:
            yield f"### @{directive.name} {{#@{directive.name}}}\n\n{prose(directive.description)}\n"
            yield from entries(f"@{directive.name}", directive.args)


def members(each: GraphQLNamedType) -> Iterator[str]:
    """The fields of a type, or the values of an enum."""
    if isinstance(each, GraphQLObjectType) and each.interfaces:
        yield f"Implements {', '.join(linked(interface.name) for interface in each.interfaces)}.\n"
    if isinstance(each, GraphQLEnumType):
        yield from entries(each.name, each.values)
    elif isinstance(each, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        yield from entries(each.name, each.fields)


def entries(owner: str, named: Mapping[str, Any]) -> Iterator[str]:
    """A list of definitions: fields, arguments or values."""
    if not named:
        return
    yield '<dl class="fields" markdown>'
    for name, each in named.items():
        yield f'<dt id="{owner}.{name}" markdown="span">{signature(name, each)}</dt>'
        yield f"<dd markdown>\n\n{prose(each.description)}"
        if isinstance(each, GraphQLField):
            yield from entries(f"{owner}.{name}", each.args)
        yield "\n</dd>"
    yield "</dl>\n"


def signature(name: str, each: Any) -> str:
    """A name with its type, its default and, if it is deprecated, the reason."""
    parts = [f"**`{name}`**"]
    if isinstance(each, GraphQLField | GraphQLArgument | GraphQLInputField):
        parts.append(linked(str(each.type)))
    if isinstance(each, GraphQLArgument | GraphQLInputField) and each.default_value is not None:
        node = ast_from_value(each.default_value, each.type)
        parts.append(f"= `{print_ast(node)}`" if node else "")
    if getattr(each, "deprecation_reason", None):
        parts.append(f"*deprecated: {each.deprecation_reason}*")
    return " ".join(filter(None, parts))


def linked(written: str) -> str:
    """A type as it is written in the schema, such as `[Course!]!`, with a link to its part of the page."""
    name = re.sub(r"[\[\]!]", "", written)
    known = name in {"Int", "Float", "String", "Boolean", "ID"}
    return f"`{written}`" if known else f"[`{written}`](#{name})"


def prose(description: str | None) -> str:
    """A description, whose text is Markdown."""
    return (description or "").strip()
