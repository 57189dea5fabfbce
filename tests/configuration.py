"""What is written from the settings: docs/configuration.md, with meanings and defaults from .env.example, and the names
of settings that the values of the Helm chart may have."""

import json
import re
import sys
import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from gateway.config.backends import PORTS_WITH_DEADLINE, PORTS_WITH_URL
from gateway.config.groups.settings_group import LONGEST, SHORTEST
from gateway.config.settings import GROUPS, deadline_variable, secret_variables, url_variable, variables

TOP = Path(__file__).resolve().parent.parent
DOCUMENT = TOP / "docs/configuration.md"
CHART_SCHEMA = TOP / "docs/deploy/helm/quadrangle/values.schema.json"
SET_BY_THE_CHART = {
    *("GATEWAY_HOST", "GATEWAY_PORT", "GATEWAY_METRICS_LISTEN", "GATEWAY_RELAY", "GATEWAY_SHUTDOWN_GRACE"),
}
"""Other values of the chart decide these."""
NOT_IN_THE_CHART = {"GATEWAY_PROCESSES"}
"""A pod has one process: replicas are counted, and each is scraped at one port."""
ASSIGNMENT = re.compile(r"(?:# )?(GATEWAY_\w+)='(.*)'")
HEAD = """\
# Configuration

<!-- Written by `python -m tests configuration` from the settings and .env.example: change those. -->

Settings are environment variables. `.env.example` lists all of them as a file to copy. An empty variable counts as
unset. A command that finds an unknown `GATEWAY_` variable or a wrong value ends with one line for each of them. A
setting marked with * may stand in a file: `NAME_FILE` is the path of the file with the value of `NAME`.

Variables that Kubernetes injects for services, such as `GATEWAY_SERVICE_HOST` or a `GATEWAY_PORT` of `tcp://…`, are not
settings. They are ignored; `serve` and `relay` log their names.
"""
BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
WORDS: Mapping[Any, str] = {
    bool: "`true`, `false`",
    timedelta: f"seconds, {SHORTEST.total_seconds():g} to {LONGEST.total_seconds():g}",
    int: "integer",
    float: "number",
    SecretStr: "secret",
    Path: "path",
    tuple: "list, separated by commas",
    Mapping: "list of pairs",
}
"""How the types of settings are called. Every other type is a text with a form of its own."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the template. `meaning` is None if the comment before it is that of the setting before."""

    name: str
    default: str
    meaning: str | None


def settings_of(lines: Sequence[str]) -> Iterator[Setting]:
    """The settings of a template such as .env.example."""
    comment: list[str] = []
    for line in lines:
        if found := ASSIGNMENT.fullmatch(line):
            yield Setting(found[1], found[2], " ".join(comment) or None)
            comment = []
        else:
            comment = [*comment, line.removeprefix("# ")] if line else []


def fields() -> Mapping[str, FieldInfo]:
    """The field of each variable that has one."""
    return {str(field.validation_alias): field for group in GROUPS.values() for field in group.model_fields.values()}


def section_of(name: str) -> str:
    """The heading of a variable: what its group says that it has the settings of."""
    if name in map(url_variable, PORTS_WITH_URL):
        return "Stores"
    if name in map(deadline_variable, PORTS_WITH_DEADLINE):
        return "Deadlines of stores"
    group = next(
        each for each in GROUPS.values() if name in {str(f.validation_alias) for f in each.model_fields.values()}
    )
    title = re.match(r"Settings of (.+?)[.:]", sys.modules[group.__module__].__doc__ or "")
    assert title, f"{group.__module__} does not begin with `Settings of …`"
    return title[1][:1].upper() + title[1][1:]


def kind_of(name: str, field: FieldInfo | None) -> str:
    """The type of a setting, in words."""
    if name.endswith("_URL"):
        return "URL"
    return WORDS[timedelta] if field is None else words_of(field.annotation, field.metadata)


def words_of(annotation: Any, metadata: Collection[Any] = ()) -> str:
    """A type, in words, with the bounds of a number."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return words_of(arguments[0], [*metadata, *arguments[1:]])
    if origin in {Union, types.UnionType}:
        return words_of(next(each for each in arguments if each is not type(None)), metadata)
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    bounds = [
        f"{sign} {getattr(each, name)}" for each in metadata for name, sign in BOUNDS.items() if hasattr(each, name)
    ]
    return f"{WORDS.get(origin or annotation, 'text')} {', '.join(bounds)}".strip()


def as_markdown(text: str) -> str:
    """A comment, with its names as code and its documents as links."""
    text = re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", text.replace("|", r"\|"))
    return re.sub(r"(?<!`)\bGATEWAY_[\w*]+|\bX-[\w-]+\*?", r"`\g<0>`", text)


def row(setting: Setting, field: FieldInfo | None) -> str:
    """A line of the table."""
    mark = r" \*" if setting.name in secret_variables() else ""
    # The template has examples of URLs: there is no default.
    default = "" if field is None and setting.name.endswith("_URL") else setting.default
    cells = (
        f"`{setting.name}`{mark}",
        kind_of(setting.name, field),
        f"`{default}`" if default else "–",
        "as above" if setting.meaning is None else as_markdown(setting.meaning),
    )
    return f"| {' | '.join(cells)} |"


def document() -> str:
    """The text of docs/configuration.md."""
    known, parts = fields(), [HEAD]
    settings = settings_of((TOP / ".env.example").read_text(encoding="utf-8").splitlines())
    for title, each in groupby(settings, key=lambda setting: section_of(setting.name)):
        rows = [row(setting, known.get(setting.name)) for setting in each]
        head = ["| variable | type | default | meaning |", "|---|---|---|---|"]
        parts.append("\n".join([f"## {title}", "", *head, *rows, ""]))
    return "\n".join(parts)


def chart_schema() -> str:
    """The schema of the chart's values, with the settings of now. Secrets belong to a Secret of Kubernetes."""
    schema = json.loads(CHART_SCHEMA.read_text(encoding="utf-8"))
    names = [name for name in variables() if name not in {*secret_variables(), *SET_BY_THE_CHART, *NOT_IN_THE_CHART}]
    schema["properties"]["settings"]["properties"] = {name: {"type": "string"} for name in names}
    return json.dumps(schema, indent=2) + "\n"


def write() -> None:
    """Write the files."""
    DOCUMENT.write_text(document(), encoding="utf-8")
    CHART_SCHEMA.write_text(chart_schema(), encoding="utf-8")
