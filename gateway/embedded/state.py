import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gateway.embedded.processes import Process
from gateway.embedded.secret_files import put


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
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
class State:
    """What the owner of a data folder tells others. Keys of `servers` and `ports`: mongo, sql, redis, influx."""

    owner: str = ""
    process: Process | None = None
    ready: bool = False
    endpoint: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    servers: Mapping[str, Started] = field(default_factory=dict)


def read_state(path: Path) -> State:
    try:
        told = json.loads(path.read_text())
        owner = told.pop("process")
        servers = {
            role: Started(**{**server, "process": Process(**server["process"])})
            for role, server in told.pop("servers").items()
        }
        return State(**told, process=Process(**owner) if owner else None, servers=servers)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return State()  # never written, or by another version: it holds nothing that cannot be chosen anew


def write_state(path: Path, state: State) -> None:
    put(path, json.dumps(asdict(state), indent=1))
