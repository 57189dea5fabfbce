from collections.abc import Mapping
from dataclasses import replace

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState, ServerEntry
from gateway.embedded.running_server import RunningServer


class PublishedState:
    """What we know of a folder's servers, or, as its owner, tell others."""

    def __init__(self, folder: DataFolder, state: FolderState) -> None:
        self.folder = folder
        self.state = state

    def publish(self, state: FolderState) -> None:
        self.state = state
        self.folder.write(state)

    def publish_server(self, role: str, started: ServerEntry) -> None:
        ports = {**self.state.ports, role: started.port}
        self.publish(replace(self.state, ports=ports, servers={**self.state.servers, role: started}))


class EmbeddedServers:
    """The servers of a data folder: our own, or (`joined`) those of the process that holds the folder."""

    def __init__(self, published: PublishedState, running: Mapping[str, RunningServer] | None) -> None:
        self._published = published
        self._running = running

    @property
    def folder(self) -> DataFolder:
        return self._published.folder

    @property
    def joined(self) -> bool:
        return self._running is None

    @property
    def servers(self) -> tuple[ServerEntry, ...]:
        return tuple(self._servers[role] for role in self._published.state.ports if role in self._servers)

    @property
    def mongo_url(self) -> str:
        return self._servers["mongo"].url

    @property
    def sql_url(self) -> str:
        return self._servers["sql"].url

    @property
    def redis_url(self) -> str:
        return self._servers["redis"].url

    @property
    def influx_url(self) -> str | None:
        """None where there is no `influxd`: the timeline is in SQL then."""
        server = self._servers.get("influx")
        return server.url if server else None

    @property
    def owner(self) -> str:
        return self._published.state.owner

    @property
    def endpoint(self) -> str | None:
        """Where the owner serves GraphQL, if it does."""
        return self._published.state.endpoint

    def server(self, role: str) -> RunningServer:
        """mongo, sql, redis or influx: its owner can stop it and start it again."""
        if self._running is None:
            raise EmbeddedError(f"the servers of {self.folder.path} belong to {self.owner}: only it can stop them")
        return self._running[role]

    def announce(self, endpoint: str) -> None:
        """Tell those who come later where we serve."""
        self._published.publish(replace(self._published.state, endpoint=endpoint))

    @property
    def _servers(self) -> Mapping[str, ServerEntry]:
        return self._published.state.servers
