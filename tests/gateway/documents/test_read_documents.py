"""Trusted documents: manifests, folders, and what is wrong with them."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from graphql import parse, print_ast

from gateway.config.settings import read_settings
from gateway.documents.manifest import write_apollo, write_relay
from gateway.documents.read_documents import read_documents
from gateway.documents.trusted_documents import TrustedDocument, TrustedDocuments, hash_of
from gateway.http.documents import persisted_documents
from gateway.runtime.errors import CommandError
from resolvers.strawberry_internals import core_schema
from tests.gateway.app_client import SCHEMA

CORE = core_schema(SCHEMA)
ME = "query Me { viewer { subject } }"
APOLLO = {"format": "apollo-persisted-query-manifest", "version": 1}
OPERATION = {"id": "me-1", "name": "Me", "type": "query", "body": ME}


def read(path: Path) -> list[TrustedDocument]:
    return read_documents(path, CORE)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def lines_of(path: Path) -> list[str]:
    with pytest.raises(CommandError) as raised:
        read(path)
    return list(raised.value.lines)


@pytest.mark.parametrize("manifest", [{**APOLLO, "operations": [OPERATION]}, {"me-1": ME}])
def test_a_manifest_of_apollo_or_relay_is_read(tmp_path: Path, manifest: object) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    [document] = read(path)
    assert (document.id, document.name, document.kind, document.text) == ("me-1", "Me", "query", ME)
    found = TrustedDocuments([document])
    assert found.find("me-1") == found.find(hash_of(ME)) == document
    assert found.find("me-2") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "m.json: it is not JSON"),
        ("[]", "m.json: it is not a JSON object"),
        ("{}", "m.json: it has no document"),
        ('{"a": 7}', "m.json: a document needs an id of 1 to 256 characters and a text"),
        (
            json.dumps({**APOLLO, "version": 2, "operations": []}),
            "m.json: its format is not apollo-persisted-query-manifest, version 1",
        ),
        (json.dumps({**APOLLO, "operations": 7}), "m.json: `operations` is not a list of objects"),
        (
            json.dumps({**APOLLO, "operations": [{"id": "me-1"}]}),
            "m.json: a document needs an id of 1 to 256 characters and a text",
        ),
        (json.dumps({**APOLLO, "operations": [OPERATION, OPERATION]}), "m.json: two documents have the id me-1"),
        ('{"a": "query {"}', "m.json, document a, line 1: Syntax Error: Expected Name, found <EOF>."),
        ('{"a": "{ __typename }"}', "m.json, document a: its operation has no name"),
        (
            '{"a": "query A { __typename } query B { __typename }"}',
            "m.json, document a: it has 2 operations, and not one",
        ),
        (
            '{"a": "query A {\\n  nothingOfTheKind\\n}"}',
            "m.json, document a, line 2: Cannot query field 'nothingOfTheKind' on type 'Query'.",
        ),
    ],
)
def test_a_bad_manifest_is_a_line_that_names_the_fault(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "m.json").write_text(text)
    assert lines_of(tmp_path / "m.json") == [fault]


def test_a_folder_has_an_operation_a_file_and_fragments_of_any_file(tmp_path: Path) -> None:
    files = {
        "me.graphql": "query Me { viewer { ...Who } }",
        "pages/courses.graphql": "query Titles { courses { edges { node { ...Course } } } }",
        "fragments/course.graphql": "fragment Course on Course { key modules { ...Module } }",
        "fragments/other.graphql": "fragment Module on Module { title } fragment Who on Viewer { subject }",
        "readme.md": "not GraphQL",
    }
    me, titles = read(write(tmp_path, files))
    assert (me.name, me.kind, me.source) == ("Me", "query", "me.graphql")
    assert me.text == print_ast(
        parse("query Me { viewer { ...Who __typename } } fragment Who on Viewer { subject __typename }")
    )
    assert me.id == hash_of(me.text)
    assert titles.name == "Titles"
    assert [line for line in titles.text.splitlines() if line.startswith("fragment")] == [
        "fragment Course on Course {",
        "fragment Module on Module {",
    ]


@pytest.mark.parametrize(
    ("files", "faults"),
    [
        ({}, ["{folder}: no .graphql file has an operation"]),
        ({"a.graphql": "query {"}, ["a.graphql, line 1: Syntax Error: Expected Name, found <EOF>."]),
        ({"a.graphql": f"{ME} query B {{ __typename }}"}, ["a.graphql: it has 2 operations, and not one"]),
        ({"a.graphql": "{ __typename }"}, ["a.graphql: its operation has no name"]),
        ({"a.graphql": ME, "b.graphql": ME}, ["b.graphql: the operation Me is also in a.graphql"]),
        (
            {"a.graphql": f"{ME} type A {{ a: Int }}"},
            ["a.graphql: it has a definition that is no operation and no fragment"],
        ),
        (
            {
                "a.graphql": "query Me { viewer { ...V } }",
                "b.graphql": "fragment V on Viewer { subject }",
                "c.graphql": "fragment V on Viewer { subject }",
            },
            ["c.graphql: the fragment V is also in b.graphql"],
        ),
        ({"a.graphql": "query Me { viewer { ...V } }"}, ["a.graphql, line 1: Unknown fragment 'V'."]),
        (
            {"a.graphql": "query Me { viewer { ...V } }", "b.graphql": "\nfragment V on Viewer { no }"},
            ["b.graphql, line 2: Cannot query field 'no' on type 'Viewer'."],
        ),
    ],
)
def test_a_bad_folder_is_a_line_for_each_fault(tmp_path: Path, files: dict[str, str], faults: list[str]) -> None:
    assert lines_of(write(tmp_path, files)) == [line.format(folder=tmp_path) for line in faults]


def test_the_first_faults_are_listed(tmp_path: Path) -> None:
    write(tmp_path, {f"{number:02}.graphql": "query {" for number in range(25)})
    assert lines_of(tmp_path)[19:] == [
        "19.graphql, line 1: Syntax Error: Expected Name, found <EOF>.",
        "and 5 more faults",
    ]


@pytest.mark.parametrize("format", [write_apollo, write_relay])
def test_what_is_built_is_read_again(tmp_path: Path, format: object) -> None:
    built = read(write(tmp_path / "operations", {"me.graphql": ME}))
    assert callable(format)
    (tmp_path / "m.json").write_text(format(built))
    assert [(each.id, each.text) for each in read(tmp_path / "m.json")] == [(each.id, each.text) for each in built]


def test_the_settings_name_the_file_and_the_fault(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text("[]")

    def faults(**settings: str) -> tuple[str, ...]:
        with pytest.raises(CommandError) as raised:
            persisted_documents(read_settings(settings), SCHEMA)
        return raised.value.lines

    path = str(tmp_path / "m.json")
    assert faults(GATEWAY_DOCUMENTS_PATH=path) == ("GATEWAY_DOCUMENTS_PATH: m.json: it is not a JSON object",)
    assert faults(GATEWAY_DOCUMENTS_PATH=f"{path}.gz") == (
        f"GATEWAY_DOCUMENTS_PATH: cannot read {path}.gz: No such file or directory",
    )
    (tmp_path / "m.json").write_text(json.dumps({"me-1": ME}))
    assert faults(GATEWAY_DOCUMENTS_PATH=path, GATEWAY_LIMIT_DEPTH="1", GATEWAY_LIMIT_SIZE="10") == (
        f"GATEWAY_DOCUMENTS_PATH: m.json, document me-1: beyond the limit `size`: at most 10, found {len(ME)}",
        "GATEWAY_DOCUMENTS_PATH: m.json, document me-1: beyond the limit `depth`: at most 1, found 2",
    )
    measured = {"GATEWAY_LIMIT_DEPTH": "1", "GATEWAY_LIMITS_MODE": "measure"}
    assert persisted_documents(read_settings({"GATEWAY_DOCUMENTS_PATH": path, **measured}), SCHEMA).trusted.find("me-1")
    assert faults(GATEWAY_DOCUMENTS="trusted") == (
        "GATEWAY_DOCUMENTS=trusted needs GATEWAY_DOCUMENTS_PATH: a manifest, or a folder of .graphql files",
    )
