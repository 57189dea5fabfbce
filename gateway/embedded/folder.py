"""The data folder of a gateway and its embedded servers: its lock, its published state and its token secret."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder_state import FolderState, read_folder_state, write_folder_state
from gateway.embedded.processes import end_processes, is_running
from gateway.embedded.secret_files import secret_from

OURS = ("state.json", "secret", "world.json", "mongo", "sql", "redis", "influx1", "influx2")


@contextmanager
def file_errors(folder: Path) -> Iterator[None]:
    """Turn an `OSError` (no permission, no space, no folder) into an `EmbeddedError` of one line."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(f"cannot use {error.filename or folder}: {error.strerror or error}") from None


class DataFolder:
    """A data folder. Its methods raise `EmbeddedError` where the system refuses access to it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def exists(self) -> bool:
        """Whether the folder was made by a gateway."""
        with file_errors(self.path):
            return (self.path / "lock").exists()

    def make(self) -> None:
        """Make the folder if it is missing. A folder with other files is refused: a reset must not delete those."""
        with file_errors(self.path):
            lock = self.path / "lock"
            if lock.exists():
                return
            # List it once: another process may be making it right now, and `lock` is always its first file.
            names = {path.name for path in self.path.iterdir()} if self.path.is_dir() else set()
            if names and "lock" not in names:
                raise EmbeddedError(f"{self.path} has other files and no gateway data: name an empty or a new folder")
            self.path.mkdir(parents=True, exist_ok=True)
            with suppress(PermissionError):  # a mounted folder may belong to another user
                self.path.chmod(0o700)
            lock.touch(mode=0o600)
            (self.path / ".gitignore").write_text("*\n")

    def lock(self) -> BinaryIO | None:
        """Lock the folder until the returned file is closed or we die. None while another process holds the lock."""
        self.make()
        with file_errors(self.path), ExitStack() as unless_locked:
            file = unless_locked.enter_context((self.path / "lock").open("ab"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            unless_locked.pop_all()
            return file

    def read(self) -> FolderState:
        """The state that the owner published last."""
        with file_errors(self.path):
            return read_folder_state(self.path / "state.json")

    def write(self, state: FolderState) -> None:
        """Publish a state. Only the holder of the lock may do this."""
        with file_errors(self.path):
            write_folder_state(self.path / "state.json", state)

    def endpoint(self) -> str | None:
        """The GraphQL endpoint that the folder's owner serves now, if it runs and serves."""
        state = self.read()
        return state.endpoint if state.process is not None and is_running(state.process) else None

    def refuse_if_served(self) -> None:
        """Raise `EmbeddedError` with the endpoint if another process serves this folder."""
        if (endpoint := self.endpoint()) is not None:
            raise EmbeddedError(f"{self.read().owner} already serves {self.path}: {endpoint}")

    def secret(self) -> str:
        """The random secret that signs this folder's tokens. Made on first use."""
        self.make()
        with file_errors(self.path):
            return secret_from(self.path / "secret")

    async def reset(self) -> None:
        """Delete all data and the secret. Refused while another process holds the folder."""
        lock = self.lock()
        if lock is None:
            raise EmbeddedError(f"{self.path} is in use by {self.read().owner or 'another process'}: stop it first")
        with lock, file_errors(self.path):
            await end_processes(server.process for server in self.read().servers.values())
            for name in OURS:
                path = self.path / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
