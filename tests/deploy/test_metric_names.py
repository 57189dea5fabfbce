"""The alerts and the dashboard name metrics that are documented. Another test keeps the documentation and what is
served alike."""

import pytest

from tests.deploy.expressions import TOP, Expression, expressions


@pytest.mark.parametrize("expression", [*expressions()], ids=lambda expression: expression.where)
def test_metrics_are_documented(expression: Expression) -> None:
    documented = (TOP / "docs/metrics.md").read_text(encoding="utf-8")
    ours = [name.removesuffix("_bucket") for name in expression.metrics if name.startswith("quadrangle_")]
    assert [name for name in ours if f"`{name}`" not in documented] == []
