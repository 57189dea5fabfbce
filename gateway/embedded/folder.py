import fcntl
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder_state import FolderState, read_folder_state, write_folder_state
from gateway.embedded.processes import end_processes
from gateway.embedded.secret_files import secret_from

OURS = ("state.json", "secret", "world.json", "mongo", "sql", "redis", "influx1", "influx2")


@contextmanager
def file_errors(folder: Path) -> Iterator[None]:
    """Say in one line what the system has against a data folder: no permission, no space, no folder."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(f"cannot use {error.filename or folder}: {error.strerror or error}") from None


class DataFolder:
    """The data folder of a gateway and its embedded servers."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def make(self) -> None:
        """Make it if it is missing; refuse one that holds something else, so that a reset cannot do harm."""
        with file_errors(self.path):
            lock = self.path / "lock"
            if lock.exists():
                return
            # One look, for another process may be making it just now: `lock` is always its first file.
            names = {path.name for path in self.path.iterdir()} if self.path.is_dir() else set()
            if names and "lock" not in names:
                raise EmbeddedError(f"{self.path} holds other files and no data of ours: name an empty or a new folder")
            self.path.mkdir(parents=True, exist_ok=True)
            with suppress(PermissionError):  # a mounted folder may belong to somebody else
                self.path.chmod(0o700)
            lock.touch(mode=0o600)
            (self.path / ".gitignore").write_text("*\n")

    def lock(self) -> BinaryIO | None:
        """Ours until the file is closed (or we die); None when another process holds the folder."""
        self.make()
        with file_errors(self.path), ExitStack() as unless_ours:
            held = unless_ours.enter_context((self.path / "lock").open("ab"))
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            unless_ours.pop_all()
            return held

    def read(self) -> FolderState:
        with file_errors(self.path):
            return read_folder_state(self.path / "state.json")

    def write(self, state: FolderState) -> None:
        write_folder_state(self.path / "state.json", state)

    def secret(self) -> str:
        """The secret that signs this folder's tokens: random, made once."""
        self.make()
        with file_errors(self.path):
            return secret_from(self.path / "secret")

    async def reset(self) -> None:
        """Begin anew: all data and the secret go. Refused while another process holds the folder."""
        held = self.lock()
        if held is None:
            raise EmbeddedError(f"{self.path} is in use by {self.read().owner or 'another process'}: stop it first")
        with held, file_errors(self.path):
            await end_processes(server.process for server in self.read().servers.values())
            for name in OURS:
                path = self.path / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
