"""quadrangle revoke."""

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from stores.domain.revocations import Revocation, RevocationKind
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool
from stores.sql.revocations.revocations import SqlRevocations
from tests.backends import Servers, fresh_sql
from tests.e2e.command import quadrangle, running
from tests.gateway.cli.environment import MEMORY, SECRET
from tests.gateway.http.websocket.client import closed, initialize


@pytest.fixture
async def sql_url(servers: Servers) -> AsyncIterator[str]:
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool:
        await migrate(pool, "progress")
        yield url


async def test_it_revokes_for_the_longest_life_of_a_token(sql_url: str) -> None:
    environment = {**MEMORY, "GATEWAY_PROGRESS_URL": sql_url, "GATEWAY_AUTH_LONGEST_DAYS": "2"}
    began = datetime.now(UTC)
    for option, kind in (("--subject", RevocationKind.SUBJECT), ("--jti", RevocationKind.TOKEN)):
        ended = quadrangle("revoke", option, "demo-0001", **environment)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.startswith(f"revoked {kind.value} demo-0001, until ")
    async with open_pool(sql_url, size=2) as pool:
        kept: dict[RevocationKind, Revocation] = {
            each.kind: each for each in await SqlRevocations(pool).in_force(began)
        }
    assert {each.key for each in kept.values()} == {"demo-0001"}
    for each in kept.values():
        assert began <= each.revoked_at
        assert each.until == each.revoked_at + timedelta(days=2, seconds=10)


async def test_a_socket_of_each_process_is_closed(sql_url: str, servers: Servers, tmp_path: Path) -> None:
    stores = dict.fromkeys(("GATEWAY_SESSIONS_URL", "GATEWAY_LIVE_URL"), servers.redis_url)
    environment = {**MEMORY, **SECRET, **stores, "GATEWAY_PROGRESS_URL": sql_url}
    token = quadrangle("token", "--sub", "demo-0001", **environment).stdout.strip()
    with (
        running("serve", "--port", 0, log=tmp_path / "one", **environment) as one,
        running("serve", "--port", 0, log=tmp_path / "other", **environment) as other,
    ):
        async with AsyncExitStack() as stack:
            sockets = []
            for gateway in (one, other):
                gateway.wait_ready()
                address = gateway.url.replace("http://", "ws://")
                connecting = connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None)
                sockets.append(await stack.enter_async_context(connecting))
                await initialize(sockets[-1], Authorization=f"Bearer {token}")
            assert quadrangle("revoke", "--subject", "demo-0001", **environment).returncode == 0
            for socket in sockets:
                assert await closed(socket) == (4403, "Forbidden")
        refused = other.ask("{ viewer { role } }", {"Authorization": f"Bearer {token}"})
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert other.end(signal.SIGTERM) == 0
        assert one.end(signal.SIGTERM) == 0
        assert '"reason":"revoked"' in other.log
        assert token not in one.log + other.log


def test_it_needs_one_of_its_options() -> None:
    assert quadrangle("revoke", **MEMORY).returncode == 2
    assert quadrangle("revoke", "--subject", "a", "--jti", "b", **MEMORY).returncode == 2
