"""SIGINT and SIGTERM while a command runs."""

import asyncio
import os
import signal

import pytest

from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import SIGNALS, Shutdown, run


@pytest.mark.parametrize("sent", SIGNALS)
def test_an_interrupted_command_closes_what_it_opened_and_exits_with_130(sent: signal.Signals) -> None:
    closed: list[bool] = []

    async def command(shutdown: Shutdown) -> int:
        try:
            os.kill(os.getpid(), sent)
            await asyncio.Event().wait()
        finally:
            closed.append(shutdown.requested)
        return 0

    with pytest.raises(CommandError) as error:
        run(command, interrupted="interrupted: repeat it")
    assert (error.value.lines, error.value.exit_code) == (("interrupted: repeat it",), 130)
    assert closed == [True]


def test_a_signal_may_be_the_normal_end() -> None:
    async def command(shutdown: Shutdown) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
        return 1

    assert run(command, interrupted=None) == 0


def test_a_command_may_handle_signals_itself() -> None:
    async def command(shutdown: Shutdown) -> int:
        asked = asyncio.Event()
        with shutdown.handled_by(asked.set):
            os.kill(os.getpid(), signal.SIGTERM)
            await asked.wait()
        return 7

    assert run(command, interrupted="interrupted") == 7


def test_a_cancellation_without_a_signal_is_an_error() -> None:
    async def command(shutdown: Shutdown) -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(command, interrupted=None)
