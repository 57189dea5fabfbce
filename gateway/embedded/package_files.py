"""Files and versions of installed packages."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gateway.embedded.errors import EmbeddedError


def file_in(module: str, pattern: str) -> Path:
    """The first file of a package that matches a glob pattern. Raises `EmbeddedError` if there is none.

    The package is not imported, because some packages print warnings or change the machine on import.
    """
    spec = find_spec(module)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in Path(folder).glob(pattern):
            return path
    raise EmbeddedError(f"the Python package {module} is not installed: pip install 'quadrangle[embedded]'")


def version_of(distribution: str, *, parts: int = 3) -> str:
    """The first parts of a distribution's version."""
    return ".".join(version(distribution).split(".")[:parts])
