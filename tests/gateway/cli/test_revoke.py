"""quadrangle revoke."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from stores.domain.revocations import Revocation, RevocationKind
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool
from stores.sql.revocations.revocations import SqlRevocations
from tests.backends import Servers, fresh_sql
from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import MEMORY


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


def test_it_needs_one_of_its_options() -> None:
    assert quadrangle("revoke", **MEMORY).returncode == 2
    assert quadrangle("revoke", "--subject", "a", "--jti", "b", **MEMORY).returncode == 2
