"""Refuse migrations that processes of an earlier version would not survive."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from gateway.config.pending_migrations import pending_migrations
from gateway.config.store_clients import Now
from gateway.config.urls import Url
from gateway.runtime.errors import CommandError
from stores.domain.outbox import LEASE

LEASES_END_WITHIN = LEASE + timedelta(seconds=1)
"""How long the leases of a process that was killed remain."""
RETRY = timedelta(milliseconds=200)
LEASES = "progress"
"""The port whose database has the leases of relays."""


async def require_none_running(
    urls: Mapping[str, Url], *, now: Now, leases_end_within: timedelta = LEASES_END_WITHIN
) -> None:
    """Raise `CommandError` if contract steps are pending and relays hold leases, after the time in which the leases of
    a killed relay end. Gateways without a relay (GATEWAY_RELAY=external) hold none: they are not noticed. Raises a
    `StoreError` if it is not known what is pending or what runs."""
    deadline = asyncio.get_running_loop().time() + leases_end_within.total_seconds()
    while True:
        found = await pending_migrations(urls, now=now)
        unsafe = {one.port: [step.name for step in one.pending if not step.phase.is_safe] for one in found}
        for one in found:
            if one.fault is not None and (one.port == LEASES or any(unsafe.values())):
                raise one.fault
        running = max(one.migrations.running for one in found)
        if not any(unsafe.values()) or not running:
            return
        if asyncio.get_running_loop().time() >= deadline:
            break
        await asyncio.sleep(RETRY.total_seconds())
    raise CommandError(
        *(
            f"{port}: {', '.join(names)}: not safe while processes of an earlier version run"
            for port, names in unsafe.items()
            if names
        ),
        f"{running} relay{'s' if running > 1 else ''} of gateways or of their own hold leases. Stop them and repeat the"
        " command; or run `quadrangle migrate --contract` if CHANGELOG.md does not say to stop their version",
    )
