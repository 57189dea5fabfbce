"""The examples of GraphiQL: what the page reads from the same files."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

FOLDER = Path(__file__).resolve().parents[2] / "gateway/web/examples"
ROLE = re.compile(r"^# Role: (\w+)$", re.MULTILINE)
KIND = re.compile(r"^(query|mutation|subscription) ", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example. `variables` is JSON text with places for an id and the time."""

    name: str
    role: str
    kind: str
    document: str
    variables: str

    def filled(self, *, now: datetime, new_id: Callable[[], UUID]) -> dict[str, Any]:
        """The variables to run it with now."""
        text = self.variables.replace("{{uuid}}", str(new_id())).replace("{{now}}", now.isoformat())
        found: dict[str, Any] = json.loads(text)
        return found


def read_examples() -> list[Example]:
    """All examples of the folder."""
    return [_read(path) for path in sorted(FOLDER.glob("*.graphql"))]


def _read(path: Path) -> Example:
    document = path.read_text("utf-8")
    role, kind = ROLE.search(document), KIND.search(document)
    assert role is not None, path.name
    assert kind is not None, path.name
    variables = path.with_suffix(".json")
    text = variables.read_text("utf-8") if variables.exists() else "{}"
    return Example(name=path.stem, role=role[1], kind=kind[1], document=document, variables=text)
