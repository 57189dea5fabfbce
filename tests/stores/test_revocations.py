"""The port of revocations, on every backend."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stores.domain.revocations import Revocation, RevocationKind
from stores.ports.revocations import Revocations
from tests import backends
from tests.backends import Servers

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(params=backends.REVOCATIONS)
async def revocations(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.REVOCATIONS[request.param](servers) as port:
        yield port


def revocation(key: str, *, kind: RevocationKind = RevocationKind.SUBJECT, at: datetime = NOON) -> Revocation:
    return Revocation(kind=kind, key=key, revoked_at=at, until=at + DAY)


async def kept(revocations: Revocations, now: datetime = NOON) -> set[Revocation]:
    return set(await revocations.in_force(now))


async def test_subjects_and_tokens_are_revoked(revocations: Revocations) -> None:
    assert await kept(revocations) == set()
    given = {
        revocation("ada"),
        revocation("ada", kind=RevocationKind.TOKEN),
        revocation("ünïcödé \N{SEEDLING} '; --"),
        revocation("x" * 512),
    }
    for each in given:
        await revocations.revoke(each)
    assert await kept(revocations) == given
    await revocations.ping()


async def test_the_later_of_two_counts(revocations: Revocations) -> None:
    for at in (NOON, NOON + timedelta(microseconds=1), NOON - timedelta(hours=1), NOON):
        await revocations.revoke(revocation("ada", at=at))
    assert await kept(revocations) == {revocation("ada", at=NOON + timedelta(microseconds=1))}


async def test_the_recent_ones_are_among_the_new_ones(revocations: Revocations) -> None:
    await revocations.revoke(revocation("ada"))
    await revocations.revoke(revocation("ben", kind=RevocationKind.TOKEN, at=NOON - timedelta(days=9)))
    assert {each.key for each in await revocations.recent()} == {"ada", "ben"}


async def test_sql_reads_the_recent_ones_only(servers: Servers) -> None:
    async with backends.sql_revocations(servers) as revocations:
        for key in ("ada", "ben", "cleo"):
            await revocations.revoke(revocation(key))
        await revocations._pool.execute("UPDATE token_revocations SET recorded_at = now() - interval '61 seconds'")
        assert await revocations.recent() == []
        await revocations.revoke(revocation("ada", at=NOON - timedelta(hours=1)))
        assert await revocations.recent() == [revocation("ada")]
        assert len(await revocations.in_force(NOON)) == 3


async def test_sql_leaves_out_what_a_newer_version_revoked(servers: Servers) -> None:
    """One that cannot be read must not hide the others."""
    async with backends.sql_revocations(servers) as revocations:
        for key in ("ada", "ben"):
            await revocations.revoke(revocation(key))
        await revocations._pool.execute("UPDATE token_revocations SET kind = 'device' WHERE key = 'ben'")
        assert await revocations.recent() == await revocations.in_force(NOON) == [revocation("ada")]


async def test_a_revocation_ends(revocations: Revocations) -> None:
    await revocations.revoke(revocation("ada"))
    await revocations.revoke(revocation("ben", at=NOON + timedelta(hours=1)))
    assert await kept(revocations, NOON + DAY) == {revocation("ben", at=NOON + timedelta(hours=1))}
    assert await kept(revocations, NOON + 2 * DAY) == set()


async def test_those_that_ended_are_removed(revocations: Revocations) -> None:
    await revocations.revoke(revocation("ada"))
    await revocations.revoke(revocation("ben", at=NOON + DAY))
    assert await kept(revocations, NOON + DAY) == {revocation("ben", at=NOON + DAY)}
