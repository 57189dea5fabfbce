"""What `open_embedded` yields: the servers of a data folder, seen by their owner or by a process that joined them."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState, ServerEntry
from gateway.embedded.running_server import RunningServer


class PublishedState:
    """The state of a folder: as its owner publishes it, or as another process read it."""

    def __init__(self, folder: DataFolder, state: FolderState) -> None:
        self.folder = folder
        self.state = state

    def publish(self, state: FolderState) -> None:
        """Replace the state, also in the folder."""
        self.state = state
        self.folder.write(state)

    def publish_server(self, role: str, entry: ServerEntry) -> None:
        """Add or replace one server."""
        ports = {**self.state.ports, role: entry.port}
        self.publish(replace(self.state, ports=ports, servers={**self.state.servers, role: entry}))


class EmbeddedServers:
    """The servers of a data folder: our own, or (`joined`) those of the process that holds the folder."""

    def __init__(self, published: PublishedState, running: Mapping[str, RunningServer] | None) -> None:
        self._published = published
        self._running = running

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return self._published.folder

    @property
    def joined(self) -> bool:
        """Whether another process owns the servers."""
        return self._running is None

    @property
    def by_role(self) -> Mapping[str, ServerEntry]:
        """The servers by role: mongo, sql, redis and, if there is an `influxd`, influx."""
        return self._published.state.servers

    @property
    def servers(self) -> tuple[ServerEntry, ...]:
        """The servers in the order of their ports' roles."""
        return tuple(self.by_role[role] for role in self._published.state.ports if role in self.by_role)

    @property
    def mongo_url(self) -> str:
        """The URL of MongoDB's stand-in."""
        return self.by_role["mongo"].url

    @property
    def sql_url(self) -> str:
        """The URL of PostgreSQL."""
        return self.by_role["sql"].url

    @property
    def redis_url(self) -> str:
        """The URL of Valkey."""
        return self.by_role["redis"].url

    @property
    def influx_url(self) -> str | None:
        """The URL of InfluxDB; None if there is no `influxd`, and the timeline is in SQL."""
        server = self.by_role.get("influx")
        return server.url if server else None

    @property
    def owner(self) -> str:
        """What the owner calls itself, such as "quadrangle demo"."""
        return self._published.state.owner

    @property
    def endpoint(self) -> str | None:
        """Where the owner serves GraphQL, if it does."""
        return self._published.state.endpoint

    def server(self, role: str) -> RunningServer:
        """The server of a role, for its owner to stop and restart. Raises `EmbeddedError` for another process."""
        if self._running is None:
            raise EmbeddedError(f"the servers of {self.folder.path} belong to {self.owner}: only it can stop them")
        return self._running[role]

    def announce(self, endpoint: str) -> None:
        """Publish where we serve GraphQL."""
        self._published.publish(replace(self._published.state, endpoint=endpoint))
