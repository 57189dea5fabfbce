"""Builds the pages while pip builds the package: a hook of hatchling."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # hatchling imports this file alone

from gateway.web.node_runtime import WHEEL, find_node, machine_node
from gateway.web.page_build import PagesUnavailable, page_builder
from gateway.web.page_sources import PagesState, pages_state

REQUIRE = "QUADRANGLE_REQUIRE_PAGES"
"""The environment variable that makes pages that cannot be built an error."""


class PagesHook(BuildHookInterface[Any]):
    """Builds gateway/web/dist if it is not of the sources beside it."""

    def dependencies(self) -> list[str]:
        """What the build needs: Node.js as a Python package, if the machine has none."""
        return [] if self._is_built() or machine_node() is not None else [WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages before the files of the package are collected."""
        if self._is_built():
            return
        try:
            with page_builder(find_node(), on_step=self.app.display_info, folder=self._folder) as builder:
                builder.build()
        except PagesUnavailable as error:
            if os.environ.get(REQUIRE, "0") not in {"", "0"}:
                self.app.abort(f"{'; '.join(error.lines)} ({REQUIRE} is set)")
            self.app.display_warning(
                f"installing without the pages: {'; '.join(error.lines)}; run `quadrangle pages` later"
            )

    @property
    def _folder(self) -> Path:
        return Path(self.root) / "gateway/web"

    def _is_built(self) -> bool:
        return pages_state(self._folder) is PagesState.CURRENT
