"""The program `plenary`: `python -m plenary_text` is the same as the command."""
import signal
import sys

# Sets up the package.
import plenary_text

from . import _native

__all__ = ["main", "plenary_text"]


def main() -> int:
    """Runs the program with the arguments of the process, and returns its exit code."""
    # The program handles Ctrl-C itself. The handler of Python would wait for Python code to run.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(["plenary", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
