"""Several processes that serve one address (`serve --processes`; docs/decisions/0032-processes.md).

supervisor.py        starts the processes, restarts those that end, and stops them
serving_process.py   one of them, from its start to its end
listeners.py         a listening socket for each
start_command.py     the script that each of them runs first
"""
