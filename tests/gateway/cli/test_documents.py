"""quadrangle documents build."""

import json
from pathlib import Path

import pytest

from gateway.__main__ import main


def test_the_manifest_goes_to_stdout_or_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "me.graphql").write_text("query Me { viewer { subject } }")
    assert main(["documents", "build", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    [operation] = json.loads(printed)["operations"]
    assert (operation["name"], operation["type"]) == ("Me", "query")
    out = tmp_path / "documents.json"
    assert main(["documents", "build", str(tmp_path), "--out", str(out)]) == 0
    assert out.read_text() == printed
    assert main(["documents", "build", str(tmp_path), "--format", "relay"]) == 0
    assert json.loads(capsys.readouterr().out) == {operation["id"]: operation["body"]}


def test_a_bad_file_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "me.graphql").write_text("query Me { viewer { name } }")
    assert main(["documents", "build", str(tmp_path), "--out", str(tmp_path / "out.json")]) == 1
    assert capsys.readouterr().err == "quadrangle: me.graphql, line 1: Cannot query field 'name' on type 'Viewer'.\n"
    assert not (tmp_path / "out.json").exists()
    assert main(["documents", "build", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == f"quadrangle: {tmp_path / 'nowhere'}: no such folder\n"


def test_build_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["documents", "build", "--help"])
    assert end.value.code == 0
    assert "examples" in capsys.readouterr().out
