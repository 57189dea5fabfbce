"""`quadrangle serve --processes`: the process that supervises the others."""

from argparse import Namespace
from pathlib import Path

from gateway.cli.options import chosen_address
from gateway.config.settings import Settings, url_variable
from gateway.config.store_location import open_location
from gateway.embedded.restarts import RestartPolicy
from gateway.http.server import CLOSING, address_of, bind
from gateway.runtime.console import print_ready, stderr_console
from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import Shutdown
from gateway.runtime.shutdown import run as run_command
from gateway.supervisor.listeners import bind_beside
from gateway.supervisor.serving_process import ServingProcess, start_command
from gateway.supervisor.supervisor import REAPING, SupervisionPolicy, Supervisor


def serve_processes(count: int, options: Namespace, settings: Settings) -> int:
    """Serve by `count` processes until a signal comes. The servers of a data folder are those of this process."""
    data: Path | None = options.data
    if data is None:
        refuse_memory(settings)
    arguments = ["serve", *([] if data is None else ["--data", str(data)])]
    console = stderr_console()

    async def supervise(shutdown: Shutdown) -> int:
        with bind(*chosen_address(options, settings.http)) as reserved:
            endpoint = f"{address_of(reserved)}/graphql"
            async with open_location(
                data,
                settings,
                owner="quadrangle serve",
                on_step=console.print,
                restart=RestartPolicy(give_up=shutdown.request),
            ) as location:

                def on_ready() -> None:
                    location.announce(endpoint)
                    print_ready(endpoint)

                async def start(number: int) -> ServingProcess:
                    with bind_beside(reserved) as listener:
                        supervised = f"{number}:{listener.fileno()}"
                        return await start_command([*arguments, "--supervised", supervised], passed=listener)

                policy = SupervisionPolicy(stop_within=settings.http.grace + CLOSING + REAPING)
                return await Supervisor(start, count=count, policy=policy).run(shutdown, on_ready=on_ready)

    return run_command(supervise, interrupted="interrupted before it was ready")


def refuse_memory(settings: Settings) -> None:
    """Raise `CommandError` if a store is in the memory of a process: each process would have data of its own."""
    names = [url_variable(port) for port, url in settings.stores.items() if url.scheme == "memory"]
    if names:
        raise CommandError(f"{', '.join(names)}: processes cannot share stores in memory: serve with one process")
