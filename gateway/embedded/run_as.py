"""How to run PostgreSQL, which refuses root, when the gateway itself is root."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded.errors import EmbeddedError

NOBODY = 65534


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAs:
    """How to run a program as another user: `prefix` precedes its command, `owner` is the uid of its files.

    `owner` None: the files stay as they are.
    """

    prefix: Sequence[str]
    owner: int | None

    def own(self, folder: Path) -> None:
        """Give a folder and its content to `owner`. Another `RunAs` may have created it."""
        if self.owner is None or not folder.exists() or folder.stat().st_uid == self.owner:
            return
        for path in (*folder.rglob("*"), folder):
            os.chown(path, self.owner, self.owner, follow_symlinks=False)


UNCHANGED = RunAs(prefix=(), owner=None)
# In a user namespace root has another uid, but still reads root's files.
USER_NAMESPACE = RunAs(prefix=("/usr/bin/unshare", "--user", "--map-user=1000", "--map-group=1000", "--"), owner=0)
# Where user namespaces are not permitted: nobody, with the capability to pass through folders that only root may
# enter (a venv or data under /root).
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
    """The first of `ways` in which `program --version` runs; `UNCHANGED` unless we are root.

    Raises `EmbeddedError` if none does.
    """
    if os.geteuid() != 0:
        return UNCHANGED
    for way in ways:
        try:
            subprocess.run([*way.prefix, program, "--version"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return way
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv could change the user: "
        "run this command as another user"
    )
