"""A folder of .graphql files as trusted documents: one operation a file, and fragments of any file."""

from collections.abc import Mapping
from pathlib import Path

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    print_ast,
    visit,
)

from gateway.documents.trusted_documents import TrustedDocument, hash_of
from gateway.documents.validation import BadDocument, named_operation, operations_of, parsed, schema_faults

SUFFIX = ".graphql"


def read_folder(folder: Path, schema: GraphQLSchema, faults: list[str]) -> list[TrustedDocument]:
    """The operations of the files in a folder and its folders, by file name. Adds a line for each fault.

    The text of a document has the fragments that it uses, and `__typename` in every selection below the root: Apollo
    Client and urql add it to what they send, because their caches need it. The id is the sha256 of the text.
    """
    files = _parsed_files(folder, faults)
    fragments = _fragments(files, faults)
    documents: list[TrustedDocument] = []
    sources: dict[str, str] = {}
    for source, file in files.items():
        if not operations_of(file):
            continue  # fragments only
        try:
            name, kind = named_operation(file, source)
        except BadDocument as fault:
            faults.append(str(fault))
            continue
        if name in sources:
            faults.append(f"{source}: the operation {name} is also in {sources[name]}")
        sources[name] = source
        document = _with_fragments(operations_of(file)[0], fragments)
        faults += schema_faults(schema, document, source)
        text = print_ast(visit(document, _AddTypename()))
        documents.append(TrustedDocument(id=hash_of(text), name=name, kind=kind, text=text, source=source))
    if not documents and not faults:
        faults.append(f"{folder}: no {SUFFIX} file has an operation")
    return documents


def _parsed_files(folder: Path, faults: list[str]) -> dict[str, DocumentNode]:
    files: dict[str, DocumentNode] = {}
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        source = path.relative_to(folder).as_posix()
        try:
            files[source] = parsed(path.read_text("utf-8"), source)
        except UnicodeDecodeError:
            faults.append(f"{source}: it is not UTF-8")
        except BadDocument as fault:
            faults.append(str(fault))
    return files


def _fragments(files: Mapping[str, DocumentNode], faults: list[str]) -> dict[str, FragmentDefinitionNode]:
    found: dict[str, FragmentDefinitionNode] = {}
    sources: dict[str, str] = {}
    for source, file in files.items():
        for each in file.definitions:
            if not isinstance(each, ExecutableDefinitionNode):
                faults.append(f"{source}: it has a definition that is no operation and no fragment")
            elif isinstance(each, FragmentDefinitionNode):
                name = each.name.value
                if name in found:
                    faults.append(f"{source}: the fragment {name} is also in {sources[name]}")
                found[name], sources[name] = each, source
    return found


def _with_fragments(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> DocumentNode:
    """The document of an operation and of the fragments that it uses, directly or through others."""
    used: dict[str, FragmentDefinitionNode] = {}
    to_visit: list[ExecutableDefinitionNode] = [operation]
    while to_visit:
        spreads = _Spreads()
        visit(to_visit.pop(0), spreads)
        for name in spreads.names:
            if name in fragments and name not in used:
                used[name] = fragments[name]
                to_visit.append(fragments[name])
    return DocumentNode(definitions=(operation, *used.values()))


class _Spreads(Visitor):
    """Collects the names of the fragments that a definition spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


class _AddTypename(Visitor):
    """Adds `__typename` to every selection below the root that has no such field."""

    def leave_selection_set(
        self, node: SelectionSetNode, _key: object, parent: object, *_: object
    ) -> SelectionSetNode | None:
        fields = [each for each in node.selections if isinstance(each, FieldNode)]
        if isinstance(parent, OperationDefinitionNode) or any(each.name.value.startswith("__") for each in fields):
            return None
        return SelectionSetNode(selections=(*node.selections, FieldNode(name=NameNode(value="__typename"))))
