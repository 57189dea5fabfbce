"""Secrets that stand in files."""

from pathlib import Path

import pytest

from gateway.config.settings import read_settings, secret_variables
from gateway.runtime.errors import CommandError

SECRET = "correct horse battery staple, twice over"


def test_every_url_and_key_may_stand_in_a_file(tmp_path: Path) -> None:
    assert secret_variables() == [
        *(f"GATEWAY_{port}_URL" for port in ("PROFILES", "CATALOG", "PROGRESS", "TIMELINE", "SESSIONS", "LIVE")),
        "GATEWAY_AUTH_SECRET",
        "GATEWAY_AUTH_PREVIOUS_SECRET",
        "GATEWAY_LOG_KEY",
    ]
    url, key = tmp_path / "url", tmp_path / "key"
    url.write_text("postgresql://u:hunter2@db/q\n")
    key.write_bytes(f"{SECRET}\r\n".encode())
    settings = read_settings({"GATEWAY_PROGRESS_URL_FILE": str(url), "GATEWAY_AUTH_SECRET_FILE": str(key)})
    assert settings.stores["progress"].reveal() == "postgresql://u:hunter2@db/q"
    assert settings.auth.secret is not None
    assert settings.auth.secret.get_secret_value() == SECRET
    assert "hunter2" not in repr(settings)


def fault(**environment: str) -> str:
    with pytest.raises(CommandError) as stop:
        read_settings(environment)
    return str(stop.value)


def test_faults_name_the_variable_and_no_value(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "short").write_text("hunter2")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"hunter2\xff" * 10)
    (tmp_path / "large").write_bytes(b"hunter2 " * 10_000)
    lines = {
        "absent": "GATEWAY_AUTH_SECRET_FILE: cannot be read: No such file or directory",
        "short": "GATEWAY_AUTH_SECRET: less than 32 bytes",
        "empty": "GATEWAY_AUTH_SECRET_FILE: the file is empty",
        "binary": "GATEWAY_AUTH_SECRET_FILE: not a text of at most 64 KiB",
        "large": "GATEWAY_AUTH_SECRET_FILE: not a text of at most 64 KiB",
    }
    for name, line in lines.items():
        found = fault(GATEWAY_AUTH_SECRET_FILE=str(tmp_path / name))
        assert found.startswith(line)
        assert "hunter2" not in found
    both = fault(GATEWAY_AUTH_SECRET=SECRET, GATEWAY_AUTH_SECRET_FILE=str(tmp_path / "key"))
    assert both == "GATEWAY_AUTH_SECRET, GATEWAY_AUTH_SECRET_FILE: both are set; set one of them"
    assert "no such setting" in fault(GATEWAY_PORT_FILE=str(tmp_path / "key"))
