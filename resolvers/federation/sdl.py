"""The schema that a router composes with those of other subgraphs: ours, with keys (Apollo Federation v2.3)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from graphql import (
    REMOVE,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    ObjectTypeDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.language import VisitorAction

from resolvers.federation.entities import Entity

SPEC = "https://specs.apollo.dev/federation/v2.3"
"""The oldest version with `@interfaceObject`: older routers compose it, and newer ones too."""
IMPORTED = frozenset(
    {
        *("composeDirective", "external", "inaccessible", "interfaceObject", "key", "override", "provides", "requires"),
        *("shareable", "tag"),
    }
)
"""The directives of that version, which a subgraph imports if it uses them."""
LEFT_OUT = frozenset({"cost", "listSize"})
"""Directives that a router of this version would refuse. They are about requests to this subgraph."""


def federated_sdl(plain: str, entities: Sequence[Entity], shareable: Collection[str] = ()) -> str:
    """The SDL of a subgraph: a plain schema, the keys of its entities, and `@shareable` for types that other subgraphs
    define as well. It has no `_entities` and no `_service`: composition adds them."""
    directives = {name: ["shareable"] for name in shareable}
    directives |= {entity.name: [f'key(fields: "{fields}")' for fields in entity.keys] for entity in entities}
    rewriting = _Rewriting({name: _applied(texts) for name, texts in directives.items()})
    document: DocumentNode = visit(parse(plain), rewriting)
    imports = ", ".join(f'"@{name}"' for name in sorted(rewriting.used & IMPORTED))
    return f'extend schema @link(url: "{SPEC}", import: [{imports}])\n\n{print_ast(document)}\n'


def _applied(texts: Sequence[str]) -> tuple[ConstDirectiveNode, ...]:
    [definition] = parse("scalar S" + "".join(f" @{text}" for text in texts)).definitions
    directives: tuple[ConstDirectiveNode, ...] = definition.directives  # type: ignore[attr-defined]
    return directives


class _Rewriting(Visitor):
    """Adds directives to types, drops those of `LEFT_OUT`, and collects the names of those in use."""

    def __init__(self, added: dict[str, tuple[ConstDirectiveNode, ...]]) -> None:
        super().__init__()
        self._added = added
        self.used = {directive.name.value for directives in added.values() for directive in directives}

    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        added = self._added.get(node.name.value, ())
        return replace(node, directives=(*added, *(node.directives or ())))

    def enter_directive_definition(self, node: DirectiveDefinitionNode, *_: Any) -> VisitorAction:
        return REMOVE if node.name.value in LEFT_OUT else None

    def enter_directive(self, node: DirectiveNode, *_: Any) -> VisitorAction:
        if node.name.value in LEFT_OUT:
            return REMOVE
        self.used.add(node.name.value)
        return None
