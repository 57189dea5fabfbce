"""`quadrangle serve` as a process over the data of a small demo, and tokens of each role."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from signal import SIGINT

from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER
from gateway.embedded.folder import DataFolder
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.viewer import Role, Viewer
from tests.e2e.command import running

SERVICE = Viewer(subject="a-service", role=Role.SERVICE, scopes=frozenset({"events:write", "ops:read"}))
VIEWERS = {viewer.role.value: viewer for viewer in (ADMIN, INSTRUCTOR, LEARNER, SERVICE)}
LEARNERS = 20


@dataclass(frozen=True, slots=True)
class Served:
    """The gateway's URL and process id, and the Authorization header of each role."""

    url: str
    pid: int
    authorization: Mapping[str, str]
    log: Path

    def headers(self, role: str) -> dict[str, str]:
        """The headers of a request of this role."""
        return {"Authorization": self.authorization[role], "Content-Type": "application/json"}


@contextmanager
def serve_demo_data(folder: Path, **settings: str) -> Iterator[Served]:
    """Load a demo into `folder`, end it, and serve its data with tokens until the block ends."""
    data, log = folder / "data", folder / "log"
    with running("demo", "--data", data, "--port", 0, "--learners", LEARNERS, log=folder / "demo.log") as demo:
        demo.wait_ready()
        assert demo.end(SIGINT) == 0, demo.log
    tokens = Tokens(secret=DataFolder(data).secret())
    authorization = {
        role: f"Bearer {tokens.mint(viewer, now=utc_now(), valid_for=timedelta(hours=2))}"
        for role, viewer in VIEWERS.items()
    }
    with running("serve", "--data", data, "--port", 0, log=log, **settings) as server:
        server.wait_ready()
        yield Served(server.url, server.pid, authorization, log)
        assert server.end(SIGINT) == 0, server.log


def secrets_in(folder: Path) -> list[str]:
    """Every generated secret of a data folder: none may leave it."""
    texts = (path.read_text(errors="replace") for path in folder.rglob("*secret*") if path.is_file())
    return [word for text in texts for word in re.findall(r"[A-Za-z0-9_-]{20,}", text)]
