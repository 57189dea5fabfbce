"""Settings that are secret may stand in files: `NAME_FILE` names the file that has the value of `NAME`, as Docker and
Kubernetes mount secrets."""

from collections.abc import Collection, Mapping, MutableSequence
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr

MAX_BYTES = 64 * 1024


def is_secret(annotation: Any) -> bool:
    """Whether a setting of this type is secret."""
    return annotation is SecretStr or any(map(is_secret, get_args(annotation)))


def file_variable(name: str) -> str:
    """The environment variable that names the file of a secret setting."""
    return f"{name}_FILE"


def with_secret_files(
    given: Mapping[str, str], secrets: Collection[str], faults: MutableSequence[str]
) -> dict[str, str]:
    """The environment with the values of all files in place of their names. Adds to `faults` a line for each file that
    cannot be read, and for each setting that is given twice; no line quotes a value."""
    values = dict(given)
    for name in secrets:
        path = values.pop(file_variable(name), None)
        if path is None:
            continue
        if name in given:
            faults.append(f"{name}, {file_variable(name)}: both are set; set one of them")
            continue
        try:
            with Path(path).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise ValueError
            text = data.decode().removesuffix("\n").removesuffix("\r")
        except OSError as error:
            faults.append(f"{file_variable(name)}: cannot be read: {error.strerror}")
        except ValueError:
            faults.append(f"{file_variable(name)}: not a text of at most {MAX_BYTES // 1024} KiB")
        else:
            if text:
                values[name] = text
            else:
                faults.append(f"{file_variable(name)}: the file is empty")
    return values
