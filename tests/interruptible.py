"""`python -m tests.interruptible MODULE …`: runs a module of the project; Ctrl-C ends it without a traceback.

What the module has opened (servers, folders) is closed on the way out, as after any exception.
"""

import runpy
import sys

INTERRUPTED = 130


def main() -> None:
    del sys.argv[0]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
