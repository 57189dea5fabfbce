"""The guides have the code that the protocol suites run. What the client guide says of the schema is complete."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type

TOP = Path(__file__).resolve().parent.parent
CLIENTS = TOP / "tests/protocol/clients"
ROOTS = {"Query", "Mutation", "Subscription"}
OF_LISTS_AND_WRITES = re.compile("PageInfo|.*(Connection|Edge|Payload)")
"""Types that the caches know, or whose fields are those of a root type."""
SCHEMA = build_schema((TOP / "schema.graphql").read_text(encoding="utf-8"))


def object_types() -> Iterator[GraphQLObjectType]:
    for name, each in sorted(SCHEMA.type_map.items()):
        if isinstance(each, GraphQLObjectType) and not name.startswith("__"):
            yield each


def listed(constant: str) -> str:
    """The text of a constant of schema_types.mjs."""
    text = (CLIENTS / "schema_types.mjs").read_text(encoding="utf-8")
    found = re.search(rf"^export const {constant} = (.*?);$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def names(text: str) -> list[str]:
    return re.findall(r'"(\w+)"', text)


@pytest.mark.parametrize(
    ("page", "folder"),
    [("client-guide.md", CLIENTS), ("persisted-documents.md", CLIENTS.with_name("persisted_clients"))],
)
def test_the_guide_has_the_code_of_the_suites(page: str, folder: Path) -> None:
    guide = (TOP / "docs" / page).read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^`([\w.]+)`\n\n```js\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL))
    assert blocks == {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert guide.count("```js") == len(blocks)


def test_all_types_without_an_id_are_listed() -> None:
    without = [each.name for each in object_types() if "id" not in each.fields and each.name not in ROOTS]
    assert names(listed("EMBEDDED")) == [name for name in without if not OF_LISTS_AND_WRITES.fullmatch(name)]


def test_all_types_of_the_interface_are_listed() -> None:
    nodes = [each.name for each in object_types() if "Node" in {interface.name for interface in each.interfaces}]
    assert names(listed("NODES")) == nodes


def test_all_fields_with_pages_are_listed() -> None:
    fields: Mapping[str, list[str]] = {
        each.name: sorted(
            name for name, field in each.fields.items() if get_named_type(field.type).name.endswith("Connection")
        )
        for each in object_types()
    }
    found = {
        name: names(text) for name, text in re.findall(r"^  (\w+): (\[.*\]),$", listed("CONNECTIONS"), re.MULTILINE)
    }
    assert found == {name: paged for name, paged in fields.items() if paged}
