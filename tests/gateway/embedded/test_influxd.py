"""Where an influxd is found."""

import subprocess
import venv
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
FIND = "from gateway.embedded.influxd import find_influxd; print(find_influxd())"


@pytest.mark.parametrize(
    ("present", "found"),
    [(["path", "venv/bin"], "path/influxd"), (["venv/bin"], "venv/bin/influxd"), ([], None)],
    ids=["on the PATH", "in the environment of the interpreter", "nowhere"],
)
def test_where_influxd_is_found(tmp_path: Path, present: list[str], found: str | None) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (tmp_path / "path").mkdir()
    for folder in present:
        program = tmp_path / folder / "influxd"
        program.touch(mode=0o755)
    output = subprocess.run(
        [tmp_path / "venv/bin/python", "-c", FIND],
        env={"PATH": str(tmp_path / "path"), "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert output.strip() == str(found and tmp_path / found)
