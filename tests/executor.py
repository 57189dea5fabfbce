"""The executor that the tests use: `--executor reference` runs all operations on graphql-core."""

from resolvers.context import ExecutorName

_chosen: list[ExecutorName] = ["compiled"]


def choose(name: ExecutorName) -> None:
    """Use this executor from now on: pytest calls it before it collects the tests."""
    _chosen[0] = name


def chosen() -> ExecutorName:
    """The executor of this run."""
    return _chosen[0]


def settings() -> dict[str, str]:
    """The settings of a gateway that uses it, for every document from its first use on."""
    return {"GATEWAY_EXECUTOR": chosen(), "GATEWAY_EXECUTOR_COMPILE_AFTER": "0"}
