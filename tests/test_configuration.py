"""The page of the settings is up to date, and the template .env.example fits the settings."""

import subprocess
from pathlib import Path

import pytest

from gateway.config.settings import read_settings, variables
from tests.configuration import ASSIGNMENT, CHART_SCHEMA, DOCUMENT, TOP, Setting, chart_schema, document, settings_of

SETTINGS = list(settings_of((TOP / ".env.example").read_text(encoding="utf-8").splitlines()))
CHOSEN_BY_THE_COMMAND = "GATEWAY_LOG_LEVEL"


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python -m tests configuration`"


def test_the_chart_knows_all_settings_that_are_not_secret() -> None:
    assert CHART_SCHEMA.read_text(encoding="utf-8") == chart_schema(), "run `python -m tests configuration`"


def test_every_setting_has_a_meaning_and_its_place_in_the_order() -> None:
    assert [setting.name for setting in SETTINGS] == variables()
    assert SETTINGS[0].meaning is not None


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_has_the_default_of_the_template(setting: Setting) -> None:
    read = read_settings({setting.name: setting.default})
    if setting.name == CHOSEN_BY_THE_COMMAND:
        assert read.log.level == setting.default
    elif not read.stores:  # URLs are examples
        assert read == read_settings({})


def test_a_shell_keeps_every_character_of_a_value(tmp_path: Path) -> None:
    value = 'postgresql://u:p%40$x@db:5432/q?sslmode=require&application_name=a b#c;d\\e"f'
    template = (TOP / ".env.example").read_text(encoding="utf-8").splitlines()
    filled = [ASSIGNMENT.sub(lambda found: f"{found[1]}='{value}'", line) for line in template]
    (tmp_path / ".env").write_text("\n".join(filled))
    # As README describes.
    command = ["sh", "-euc", "set -a; . ./.env; env"]
    shell = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=True, timeout=20)
    read = dict(line.split("=", 1) for line in shell.stdout.splitlines() if line.startswith("GATEWAY_"))
    assert read == dict.fromkeys(variables(), value)
