"""Files that only this user may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read. It replaces an old one atomically."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def secret_from(path: Path) -> str:
    """The random secret in a file. The first caller creates it; concurrent callers get the same one."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        write_private(draft, secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)  # a rename would replace the secret that another process has just created
        draft.unlink()
    return path.read_text()
