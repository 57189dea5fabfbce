"""Reads the mapping of profiles from its TOML file (docs/profiles-mapping.md)."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gateway.config.urls import MappedUrl, Url
from gateway.runtime.errors import CommandError
from stores.domain.profile_mapping import FieldSource, KeyType, ProfileMapping, public_name
from stores.domain.profile_values import FIELDS, Misfit, fitted

VARIABLE = "GATEWAY_PROFILES_MAPPING"
SCHEMES = ("mongodb", "mongodb+srv")
ENTRIES = ("collection", "key", "keyType", "nameSearch", "fields", "defaults")
DEFAULTS = {"locale": "locale", "timeZone": "time_zone"}
FIELD_NAMES = {public_name(field): field for field in FIELDS}
PATH = re.compile(r"[^.$\0][^.\0]*(\.[^.$\0][^.\0]*)*")
"""Names that are joined by dots. MongoDB reserves names that begin with `$`."""


def map_profiles(stores: Mapping[str, Url], file: Path | None) -> Mapping[str, Url]:
    """The URLs of the stores, with the mapping in this file for profiles. Raises `CommandError` with a line for each
    fault."""
    url = stores.get("profiles")
    if file is None or url is None:
        return stores
    if url.scheme not in SCHEMES:
        raise CommandError(f"{VARIABLE}: only profiles in MongoDB can be mapped; GATEWAY_PROFILES_URL is {url.scheme}:")
    return {**stores, "profiles": MappedUrl.of(url, read_mapping(file))}


def read_mapping(file: Path) -> ProfileMapping:
    """The mapping in a TOML file. Raises `CommandError` with a line for each fault."""
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise CommandError(f"{VARIABLE}: cannot read {file.name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{VARIABLE}: {file.name} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"{VARIABLE}: {file.name} is not TOML: {error}") from None
    faults: list[str] = []
    mapping = _mapping(table, faults)
    if faults:
        raise CommandError(*(f"{VARIABLE}: {file.name}: {fault}" for fault in faults))
    return mapping


def _mapping(table: Mapping[str, Any], faults: list[str]) -> ProfileMapping:
    """The mapping of a table. It is usable if no fault is added."""
    _refuse_unknown("", table, ENTRIES, faults)
    collection = table.get("collection")
    if not isinstance(collection, str) or not collection or "\0" in collection or collection.startswith("system."):
        faults.append("collection: must be the name of a collection")
    key_type = table.get("keyType", "string")
    if key_type not in [each.value for each in KeyType]:
        faults.append(f"keyType: must be one of {', '.join(each.value for each in KeyType)}")
        key_type = "string"
    defaults = _subtable("defaults", table, faults)
    _refuse_unknown("defaults.", defaults, DEFAULTS, faults)
    sources = _subtable("fields", table, faults)
    _refuse_unknown("fields.", sources, FIELD_NAMES, faults)
    if "displayName" not in sources:
        faults.append("fields.displayName: must be set")
    name_search = None if "nameSearch" not in table else _path("nameSearch", table["nameSearch"], faults)
    return ProfileMapping(
        collection=str(collection),
        key=_path("key", table.get("key"), faults),
        key_type=KeyType(key_type),
        fields={
            field: _source(f"fields.{name}", field, sources[name], faults)
            for name, field in FIELD_NAMES.items()
            if name in sources
        },
        name_search=name_search,
        **{
            field: _constant(f"defaults.{name}", field, defaults[name], faults)
            for name, field in DEFAULTS.items()
            if name in defaults
        },
    )


def _source(where: str, field: str, given: Any, faults: list[str]) -> FieldSource:
    if isinstance(given, str):
        return FieldSource(_path(where, given, faults))
    if field == "display_name" and isinstance(given, list) and given:
        return FieldSource(joined=tuple(_path(where, path, faults) for path in given))
    if not isinstance(given, Mapping) or len(given) != 1 or not given.keys() <= {"path", "value"}:
        faults.append(f'{where}: must be a path, {{ path = "…" }} or {{ value = … }}')
        return FieldSource()
    if "path" in given:
        return FieldSource(_path(f"{where}.path", given["path"], faults))
    return FieldSource(value=_constant(f"{where}.value", field, given["value"], faults))


def _path(where: str, given: Any, faults: list[str]) -> str:
    if not isinstance(given, str) or PATH.fullmatch(given) is None:
        faults.append(f"{where}: must be a path such as contact.mail")
    return str(given)


def _constant(where: str, field: str, given: Any, faults: list[str]) -> Any:
    try:
        fitted(field, given)
    except Misfit as misfit:
        faults.append(f"{where}: {misfit}")
    return given


def _subtable(name: str, table: Mapping[str, Any], faults: list[str]) -> Mapping[str, Any]:
    found = table.get(name, {})
    if isinstance(found, Mapping):
        return found
    faults.append(f"{name}: must be a table: [{name}]")
    return {}


def _refuse_unknown(prefix: str, given: Iterable[str], known: Iterable[str], faults: list[str]) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0)
            faults.append(f"{prefix}{name}: no such entry; did you mean {near[0]}?")
