"""The demo that the pages are opened on: its address, tokens of its viewers, and requests of another process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from gateway.datasets.demo.viewers import ADMIN
from gateway.embedded.folder import DataFolder
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.viewer import Viewer
from tests.e2e.command import running

LEARNERS, SEED = 400, 1


@dataclass(frozen=True, slots=True)
class Demo:
    """`origin` is the address without a path; `data` is the folder that holds the secret of its tokens."""

    origin: str
    data: Path

    def token(self, viewer: Viewer) -> str:
        """A token of a viewer, for two hours."""
        tokens = Tokens(secret=DataFolder(self.data).secret())
        return tokens.mint(viewer, now=utc_now(), valid_for=timedelta(hours=2))

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None, *, viewer: Viewer = ADMIN) -> Any:
        """The data that answer an operation, which this process sends and not the page. It must have no errors."""
        async with httpx2.AsyncClient(timeout=30) as client:
            response = await client.post(
                f"{self.origin}/graphql",
                json={"query": query, "variables": variables or {}},
                headers={"Authorization": f"Bearer {self.token(viewer)}"},
            )
        answer = response.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@contextmanager
def run_demo(folder: Path, *more: object) -> Iterator[Demo]:
    """`quadrangle demo` as a process. The data are the same each time."""
    data = folder / "data"
    words = ("demo", "--data", data, "--port", 0, "--learners", LEARNERS, "--seed", SEED, *more)
    with running(*words, log=folder / "log") as demo:
        demo.wait_ready()
        yield Demo(demo.url.removesuffix("/graphql"), data)
