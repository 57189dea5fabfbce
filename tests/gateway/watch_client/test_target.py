"""Which gateway `watch` connects to, and with which token."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings
from gateway.config.urls import Url
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState
from gateway.embedded.processes import Process, process_of
from gateway.http.auth.configured import verification_by
from gateway.runtime.errors import CommandError
from gateway.watch_client.target import WATCHER, GatewayTarget, find_target
from tests.clock import Clock


def target_in(folder: Path, clock: Clock, **given: Any) -> GatewayTarget:
    default = Url.parse("http://127.0.0.1:8000/graphql")
    parts: dict[str, Any] = {"url": None, "data": folder, "token": None, **given}
    return find_target(**parts, default=default, settings=Settings(), now=clock)


async def test_a_data_folder_gives_the_endpoint_and_an_admin_token(tmp_path: Path) -> None:
    folder, clock = DataFolder(tmp_path / "data"), Clock(datetime.now(UTC))
    with pytest.raises(CommandError, match="is not a data folder yet"):
        target_in(folder.path, clock)
    folder.make()
    with pytest.raises(CommandError, match="no gateway serves"):
        target_in(folder.path, clock)
    url = "http://127.0.0.1:1234/graphql"
    folder.write(FolderState(owner="quadrangle demo", process=Process(pid=1, started="long ago"), endpoint=url))
    with pytest.raises(CommandError, match="no gateway serves"):
        target_in(folder.path, clock)
    folder.write(FolderState(owner="quadrangle demo", process=process_of(1), endpoint=url))
    target = target_in(folder.path, clock)
    assert (str(target.url), target.socket_url, target.minted) == (url, "ws://127.0.0.1:1234/graphql", True)
    viewer = await verification_by(folder.secret()).viewer_of(target.token or "")
    assert (viewer.subject, viewer.role) == (WATCHER.subject, WATCHER.role)
    assert str(target.token) not in repr(target)
    other = target_in(folder.path, clock, url=Url.parse("https://h/graphql"), token="mine")
    assert (other.socket_url, other.token, other.minted) == ("wss://h/graphql", "mine", False)
