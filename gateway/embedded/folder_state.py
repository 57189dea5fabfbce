import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gateway.embedded.processes import Process
from gateway.embedded.secret_files import write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEntry:
    """A server as others find it. `url` may hold a password, so it has no place in messages."""

    name: str
    version: str
    port: int
    process: Process
    url: str = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """What the owner of a data folder tells others. Keys of `servers` and `ports`: mongo, sql, redis, influx."""

    owner: str = ""
    process: Process | None = None
    ready: bool = False
    endpoint: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    servers: Mapping[str, ServerEntry] = field(default_factory=dict)


def read_folder_state(path: Path) -> FolderState:
    try:
        told = json.loads(path.read_text())
        owner = told.pop("process")
        servers = {
            role: ServerEntry(**{**server, "process": Process(**server["process"])})
            for role, server in told.pop("servers").items()
        }
        return FolderState(**told, process=Process(**owner) if owner else None, servers=servers)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return FolderState()  # never written, or by another version: it holds nothing that cannot be chosen anew


def write_folder_state(path: Path, state: FolderState) -> None:
    write_private(path, json.dumps(asdict(state), indent=1))
