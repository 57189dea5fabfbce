"""A gateway that is killed: its servers end, and its data stay intact."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.embedded.folder import DataFolder
from gateway.embedded.wait_until import wait_until
from tests.gateway.embedded.words import exists, gone, has_word, opened, store_word

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals children when their parent ends")
OWNER = """
import asyncio, sys
from pathlib import Path
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded

async def own():
    folder = DataFolder(Path(sys.argv[1]))
    async with open_embedded(folder, owner="killed", on_step=print, influxd=find_influxd(), restart=None) as embedded:
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(own())
"""


def owner_of(folder: DataFolder) -> subprocess.Popen[str]:
    """Start a process that opens the folder and waits to be killed."""
    return subprocess.Popen([sys.executable, "-c", OWNER, folder.path], stdout=subprocess.PIPE, text=True)


@needs_linux
async def test_a_killed_owner_leaves_no_server_and_no_damage(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with owner_of(folder) as owner:
        assert owner.stdout is not None
        assert "ready\n" in iter(owner.stdout.readline, "")
        left = folder.read()
        async with opened(folder) as joined:
            await store_word(joined, "sql", "acknowledged")
        owner.kill()
    assert len(left.servers) >= 3
    assert await gone(*(server.process for server in left.servers.values()))
    async with opened(folder) as embedded:
        assert await has_word(embedded, "sql", "acknowledged")


@needs_linux
async def test_an_owner_killed_in_its_first_start_leaves_no_partial_data(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with owner_of(folder) as owner:
        assert await wait_until(lambda: exists(folder.path, "sql/cluster.*/base"), seconds=60)
        owner.kill()
    async with opened(folder) as embedded:
        await store_word(embedded, "sql", "works")
