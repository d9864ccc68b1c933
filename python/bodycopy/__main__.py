"""The ``bodycopy`` command: the same program as the one that ``cargo install`` gives."""

import signal
import sys

from . import _native


def main() -> int:
    """Run the command with the arguments of the process, and return its exit code."""
    # Python would only note Ctrl-C, and tell nobody before the command returns. Now it ends the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.run(["bodycopy", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
