"""What the package brings: the models, and the commands of processes that read files or are the program."""
import sys
from pathlib import Path

from . import _native

_HERE = Path(__file__).resolve().parent

# `-I` keeps the current folder and the variables of Python out of the search for modules.
_READER = "import sys; sys.path.insert(0, sys.argv[1]); from plenary_text import _native; _native.read_files()"
_PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from plenary_text.__main__ import main; sys.exit(main())"


def program() -> list[str]:
    """The command that is the program `plenary`; its arguments follow."""
    return [sys.executable, "-I", "-c", _PROGRAM, str(_HERE.parent)]


def set_up() -> None:
    """Tells the extension where the models are, and how processes that read files or are the program are started."""
    models = _HERE / "models"
    # In a frozen application `sys.executable` is the application itself.
    is_python = bool(sys.executable) and not getattr(sys, "frozen", False)
    reader = [sys.executable, "-I", "-c", _READER, str(_HERE.parent)] if is_python else None
    _native.set_package(str(models) if models.is_dir() else None, reader, program() if is_python else None)
