import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded.errors import EmbeddedError

NOBODY = 65534


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAs:
    """How to run a program that refuses root: a command to put before it, and who its files belong to."""

    prefix: Sequence[str]
    owner: int | None

    def own(self, folder: Path) -> None:
        """Give a folder and all in it to the owner: another run_as may have made it."""
        if self.owner is None or not folder.exists() or folder.stat().st_uid == self.owner:
            return
        for path in (*folder.rglob("*"), folder):
            os.chown(path, self.owner, self.owner, follow_symlinks=False)


UNCHANGED = RunAs(prefix=(), owner=None)
# Another number for root, in a namespace of its own: it still reaches what root reaches.
USER_NAMESPACE = RunAs(prefix=("/usr/bin/unshare", "--user", "--map-user=1000", "--map-group=1000", "--"), owner=0)
# Where namespaces are refused: nobody, who may pass through folders that are root's alone (a venv or data under /root).
AS_NOBODY = RunAs(
    prefix=(
        "/usr/bin/setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--pdeathsig=keep",
        "--",
    ),
    owner=NOBODY,
)
WHEN_ROOT = (USER_NAMESPACE, AS_NOBODY)


def find_run_as(program: Path, *, ways: Sequence[RunAs] = WHEN_ROOT) -> RunAs:
    """The first way in which `program --version` answers."""
    if os.geteuid() != 0:
        return UNCHANGED
    for way in ways:
        try:
            subprocess.run([*way.prefix, program, "--version"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return way
    raise EmbeddedError(
        "PostgreSQL refuses root, and neither unshare nor setpriv gave it another user: start this as another user"
    )
