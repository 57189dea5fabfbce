"""state.json: what the owner of a data folder publishes for other processes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gateway.embedded.processes import Process
from gateway.embedded.secret_files import write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEntry:
    """A running server. `url` may hold a password, so it must not appear in messages."""

    name: str
    version: str
    port: int
    process: Process
    url: str = field(repr=False)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """The published state of a data folder.

    `owner` and `process` identify the process that holds the folder. `ready`: its servers accept clients. `endpoint`:
    where it serves GraphQL, if it does. The keys of `ports` and `servers` are roles: mongo, sql, redis, influx.
    """

    owner: str = ""
    process: Process | None = None
    ready: bool = False
    endpoint: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    servers: Mapping[str, ServerEntry] = field(default_factory=dict)


def read_folder_state(path: Path) -> FolderState:
    """The state in a file; an empty one if the file is missing or was written by another version."""
    try:
        values = json.loads(path.read_text())
        owner = values.pop("process")
        servers = {
            role: ServerEntry(**{**server, "process": Process(**server["process"])})
            for role, server in values.pop("servers").items()
        }
        return FolderState(**values, process=Process(**owner) if owner else None, servers=servers)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return FolderState()  # nothing is lost: all of it can be chosen again


def write_folder_state(path: Path, state: FolderState) -> None:
    """Replace the file with this state."""
    write_private(path, json.dumps(asdict(state), indent=1))
