"""Settings out of an environment."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from gateway.config.settings import Settings, read_settings, variables
from gateway.config.urls import Url
from gateway.runtime.errors import CommandError

SECRET = "correct horse battery staple, twice over"


def faults(**environment: str) -> tuple[str, ...]:
    with pytest.raises(CommandError) as stop:
        read_settings(environment)
    return stop.value.lines


def test_an_empty_environment_is_a_valid_one() -> None:
    assert read_settings({"PATH": "/bin", "HOME": "/root"}) == Settings()


def test_settings_are_typed_and_nested() -> None:
    settings = read_settings(
        {
            "GATEWAY_TIMELINE_URL": "influxdb+http://localhost:8086/q",
            "GATEWAY_DEADLINE_TIMELINE": "0.5",
            "GATEWAY_PORT": "8080",
            "GATEWAY_AUTH_SECRET": SECRET,
            "GATEWAY_LOG_LEVEL": "",  # docker compose passes an unset variable like this
        }
    )
    assert settings.stores["timeline"] == Url.parse("influxdb+http://localhost:8086/q")
    assert settings.deadlines["timeline"] == timedelta(seconds=0.5)
    assert settings.deadlines["profiles"] == timedelta(seconds=2)
    assert settings.http.port == 8080
    assert settings.auth.secret is not None
    assert settings.auth.secret.get_secret_value() == SECRET
    assert settings.log.level is None


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        read_settings({}).http.port = 1


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    assert faults(GATEWAY_PROFILE_URL="mongodb://h") == (
        "GATEWAY_PROFILE_URL: no such setting; did you mean GATEWAY_PROFILES_URL?",
    )


def test_every_fault_is_a_line_that_names_its_variable_and_not_its_value() -> None:
    lines = faults(
        GATEWAY_PORT="hunter2",
        GATEWAY_AUTH_SECRET="hunter2",
        GATEWAY_CATALOG_URL="hunter2 hunter2",
        GATEWAY_DEADLINE_CATALOG="hunter2",
        GATEWAY_DEADLINE_PROFILES="0",
        GATEWAY_LOG_LEVEL="hunter2",
        GATEWAY_AUTH_JWKS_URL="http://hunter2.example/keys",
        GATEWAY_CLAIM_ROLE="hunter2",
        GATEWAY_ROLES="hunter2",
    )
    assert sorted(line.partition(":")[0] for line in lines) == [
        "GATEWAY_AUTH_JWKS_URL",
        "GATEWAY_AUTH_SECRET",
        "GATEWAY_CATALOG_URL",
        "GATEWAY_CLAIM_ROLE",
        "GATEWAY_DEADLINE_CATALOG",
        "GATEWAY_DEADLINE_PROFILES",
        "GATEWAY_LOG_LEVEL",
        "GATEWAY_PORT",
        "GATEWAY_ROLES",
    ]
    assert "hunter2" not in "".join(lines)


@pytest.mark.parametrize(
    ("variable", "text", "line"),
    [
        ("GATEWAY_ROLES", "student", "not a list such as student=LEARNER,teacher=INSTRUCTOR"),
        ("GATEWAY_ROLES", "student=LEARNER,student=ADMIN", "a name is given twice"),
        ("GATEWAY_CLAIM_REQUIRED", "/typ", "not a list such as /token_type=access"),
        ("GATEWAY_CLAIM_REQUIRED", "typ=access", "not a JSON pointer such as /realm_access/roles"),
        ("GATEWAY_TRUSTED_PROXIES", "nonsense", "not a list of networks, such as 10.0.0.0/8,fd00::/8"),
    ],
)
def test_a_malformed_list_is_refused_with_a_reason(variable: str, text: str, line: str) -> None:
    assert faults(**{variable: text}) == (f"{variable}: {line}",)


def test_no_secret_is_in_the_repr() -> None:
    urls = {
        name: "mongodb://hunter2:hunter2@localhost/db?password=hunter2"
        for name in variables()
        if name.endswith("_URL") and "AUTH" not in name
    }
    settings = read_settings({**urls, "GATEWAY_AUTH_SECRET": "hunter2" * 6})
    assert len(urls) == 6
    assert "hunter2" not in f"{settings!r} {settings} {settings.stores['profiles']}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("memory:", "memory:"),
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("rediss://user:pass@cache.example:6380/1", "rediss://cache.example:6380/1"),
        ("mongodb://u:p@a:1,b:2/db?replicaSet=x&authSource=secret", "mongodb://a:1,b:2/db"),
        ("postgresql://u@[::1]:5432/db", "postgresql://[::1]:5432/db"),
        # An unescaped character in a password: its end is unknown.
        ("postgresql://u:se/cret@host/db", "postgresql://…"),
        ("postgresql://u:se?cret@host/db", "postgresql://…"),
        ("mongodb://u:p@host/db?x=a@secret", "mongodb://…"),
    ],
)
def test_a_url_shows_its_place_and_no_secret(text: str, shown: str) -> None:
    url = Url.parse(text)
    assert (str(url), repr(url), url.reveal()) == (shown, f"Url({shown!r})", text)
