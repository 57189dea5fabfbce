"""The commands, a module each: its arguments, its output, and the parts of the gateway that it connects.

Each module has HELP, DESCRIPTION and EPILOG for `--help`, `add_arguments(parser)` and `run(options)`, which returns the
exit code. `run` imports what it needs, so that `--help` is fast and a missing optional package concerns one command.

command_line.py   the table of commands, and errors as lines
options.py        arguments that several commands share
"""
