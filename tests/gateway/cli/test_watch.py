"""The command `quadrangle watch` as a process."""

import asyncio
import json
import signal

import pytest

from tests.e2e.command import COMMAND, PLAIN, TOP
from tests.gateway.watch_client.fake_gateway import FakeGateway, Talk, update


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
async def test_watch_prints_updates_and_a_signal_is_its_normal_end(sent: signal.Signals) -> None:
    async def one_update(talk: Talk) -> None:
        await talk.accept()
        await talk.next(update(1))
        await talk.receive()

    async with FakeGateway(one_update).serving() as port:
        url = f"http://127.0.0.1:{port}/graphql"
        watching = await asyncio.create_subprocess_exec(
            *[*COMMAND, "watch", "--course", "c1", "--url", url, "--json"],
            cwd=TOP,
            env=PLAIN,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert watching.stdout is not None
        assert json.loads(await watching.stdout.readline()) == update(1)
        watching.send_signal(sent)
        rest, messages = await watching.communicate()
    assert (watching.returncode, rest, messages.decode()) == (0, b"", f"watching c1 at {url}\n")
