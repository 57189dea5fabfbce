"""The golden queries, which are of a small invented school, as queries of a demo world."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import orjson

from resolvers.viewer import Role, Viewer
from tests.resolvers import world as school

FOLDER = Path(school.__file__).parent / "golden"
GLOBAL_ID = re.compile(r'"([A-Za-z0-9_-]{8,}={0,2})"')
TIME = re.compile(r"2026-03-\d\dT[0-9:]+(?:Z|\+02:00)")
NEW_ID = "00000000-0000-0005-0000-"
"""How the ids begin that a golden mutation makes. Each request gets new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A query and its viewer. `body` makes the body of the next request."""

    name: str
    viewer: Viewer
    body: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a world has in the place of what the golden queries name: texts by texts, and the end of its events."""

    texts: dict[str, str]
    end: datetime

    def put(self, query: str) -> str:
        """The query with the keys, ids and times of the world."""
        query = GLOBAL_ID.sub(lambda found: f'"{self._global_id(found[1])}"', query)
        query = TIME.sub(lambda found: self._time(found[0]), query)
        for old, new in self.texts.items():
            query = query.replace(old, new)
        return query

    def _global_id(self, text: str) -> str:
        """A global id of the world, or the text if it is none. Cursors are none and stay."""
        try:
            inner = base64.b64decode(text, validate=True).decode()
        except ValueError:
            return text
        for old, new in self.texts.items():
            inner = inner.replace(old, new)
        return base64.b64encode(inner.encode()).decode() if ":" in inner else text

    def _time(self, text: str) -> str:
        shift = self.end.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        shifted = shift + (datetime.fromisoformat(text) - school.NOW.replace(hour=0))
        return shifted.astimezone(UTC).isoformat().replace("+00:00", "Z")


def golden_cases(places: Places) -> Iterator[Case]:
    """The golden queries, each for its viewer. Mutations make new ids."""
    for path in sorted(FOLDER.glob("*.graphql")):
        text = path.read_text()
        query = places.put(text)
        yield Case(name=f"golden {path.stem}", viewer=_viewer(query.splitlines()[0]), body=_bodies(query))


def _viewer(line: str) -> Viewer:
    role, *rest = line.removeprefix("#").split()
    if role == "ADMIN":
        return Viewer(subject="bench", role=Role.ADMIN)
    if role == "LEARNER":
        return Viewer(subject=rest[0], role=Role.LEARNER, scopes=frozenset({"events:write"}))
    return Viewer(subject="bench-instructor", role=Role.INSTRUCTOR, courses=frozenset(rest))


def _bodies(query: str) -> Callable[[], bytes]:
    """The body, with new ids for what a mutation makes. The document stays the same: the ids are variables."""
    ids = sorted(set(re.findall(rf'"{NEW_ID}[0-9a-f]{{12}}"', query)))
    if not ids:
        body = orjson.dumps({"query": query})
        return lambda: body
    names = {text: f"new{number}" for number, text in zip(count(), ids, strict=False)}
    declared = ", ".join(f"${name}: UUID!" for name in names.values())
    query = query.replace("mutation {", f"mutation ({declared}) {{", 1)
    for text, name in names.items():
        query = query.replace(text, f"${name}")
    return lambda: orjson.dumps({"query": query, "variables": {name: str(uuid4()) for name in names.values()}})
