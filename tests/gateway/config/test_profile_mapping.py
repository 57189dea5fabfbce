"""The file that maps profiles."""

import re
from pathlib import Path

import pytest

from gateway.config.profile_mapping import read_mapping
from gateway.config.settings import read_settings
from gateway.config.urls import MappedUrl
from gateway.runtime.errors import CommandError
from stores.domain.profile_mapping import FieldSource, KeyType, ProfileMapping

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/profiles-mapping.md"
LEAST = 'collection = "users"\nkey = "_id"\n[fields]\ndisplayName = "name"\n'
URL = "mongodb://reader:hunter2@db.example/shop"


def written(folder: Path, text: str) -> Path:
    file = folder / "members.toml"
    file.write_text(text, encoding="utf-8")
    return file


def lines_for(file: Path) -> list[str]:
    with pytest.raises(CommandError) as stop:
        read_mapping(file)
    return list(stop.value.lines)


def faults(folder: Path, text: str) -> list[str]:
    start = "GATEWAY_PROFILES_MAPPING: members.toml: "
    lines = lines_for(written(folder, text))
    assert all(line.startswith(start) and "\n" not in line for line in lines)
    return [line.removeprefix(start) for line in lines]


def test_the_documented_example(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert read_mapping(written(tmp_path, example)) == ProfileMapping(
        collection="members",
        key="_id",
        key_type=KeyType.OBJECT_ID,
        fields={
            "display_name": FieldSource("name.full"),
            "email": FieldSource("emails.0.address"),
            "locale": FieldSource("lang"),
            "time_zone": FieldSource("settings.tz"),
            "goals": FieldSource("interests"),
            "preferences": FieldSource("settings"),
            "attributes": FieldSource(value={"source": "shop"}),
        },
        locale="en",
        time_zone="Europe/Warsaw",
        name_search="name.search",
    )


def test_the_least_mapping_has_defaults(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, LEAST))
    assert (mapping.key_type, mapping.locale, mapping.time_zone) == (KeyType.STRING, "en", "UTC")
    assert mapping.name_search is None


def test_a_name_of_several_texts(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, LEAST.replace('"name"', '["name.first", "name.last"]')))
    assert mapping.fields == {"display_name": FieldSource(joined=("name.first", "name.last"))}
    assert mapping.paths == {"_id", "name.first", "name.last"}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    start = "GATEWAY_PROFILES_MAPPING: "
    assert lines_for(tmp_path / "none.toml") == [f"{start}cannot read none.toml: No such file or directory"]
    [line] = lines_for(written(tmp_path, 'collection = "users"\nkey "_id"\n'))
    assert line.startswith(f"{start}members.toml is not TOML: ")
    assert "line 2" in line
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    assert lines_for(tmp_path / "latin.toml") == [f"{start}latin.toml is not UTF-8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            ["collection: must be the name of a collection", "fields.displayName: must be set", "key: must be a path"],
        ),
        (LEAST + 'timezone = "x"', ["fields.timezone: no such entry; did you mean timeZone?"]),
        ("colection = 1\n" + LEAST, ["colection: no such entry; did you mean collection?"]),
        (LEAST + '[defaults]\nlocal = "x"', ["defaults.local: no such entry; did you mean locale?"]),
        ('keyType = "uuid"\n' + LEAST, ["keyType: must be one of string, int, objectId"]),
        ("keyType = []\n" + LEAST, ["keyType: must be one of string, int, objectId"]),
        (LEAST.replace('"name"', '["a", "b."]'), ["fields.displayName: must be a path such as"]),
        (LEAST.replace('"name"', "[]"), ["fields.displayName: must be a path, {"]),
        (LEAST + 'email = ["a"]', ["fields.email: must be a path, {"]),
        (LEAST + "email = 7", ["fields.email: must be a path, {"]),
        (LEAST + 'email = {path = "a", value = "b"}', ["fields.email: must be a path, {"]),
        (LEAST + 'email = "a..b"', ["fields.email: must be a path such as"]),
        (LEAST + 'email = {path = "$where"}', ["fields.email.path: must be a path such as"]),
        (LEAST + 'timeZone = {value = "Mars/Base"}', ["fields.timeZone.value: is not an IANA time zone"]),
        (LEAST + 'locale = {value = "hunter2 hunter2"}', ["fields.locale.value: is not a language tag (BCP 47)"]),
        (LEAST + "[defaults]\ntimeZone = 1", ["defaults.timeZone: is not text"]),
        ('defaults = "en"\n' + LEAST, ["defaults: must be a table: [defaults]"]),
        ("nameSearch = true\n" + LEAST, ["nameSearch: must be a path such as"]),
        (LEAST.replace("users", "system.users"), ["collection: must be the name of a collection"]),
    ],
)
def test_every_fault_is_a_line(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = faults(tmp_path, text)
    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True))
    assert "hunter2" not in "".join(found)


def test_the_setting_maps_the_profiles_of_the_url(tmp_path: Path) -> None:
    environment = {"GATEWAY_PROFILES_URL": URL, "GATEWAY_CATALOG_URL": URL}
    mapping = {"GATEWAY_PROFILES_MAPPING": str(written(tmp_path, LEAST))}
    stores = read_settings(environment | mapping).stores
    profiles = stores["profiles"]
    assert isinstance(profiles, MappedUrl)
    assert profiles.mapping.collection == "users"
    assert (profiles.reveal(), str(profiles), "hunter2" in repr(profiles)) == (URL, "mongodb://db.example/shop", False)
    assert not isinstance(stores["catalog"], MappedUrl)
    # The stores of a data folder take the place of those of the environment.
    assert read_settings(mapping).stores == {}


def test_only_profiles_in_mongodb_can_be_mapped(tmp_path: Path) -> None:
    file = str(written(tmp_path, LEAST))
    with pytest.raises(CommandError) as stop:
        read_settings({"GATEWAY_PROFILES_URL": "memory:", "GATEWAY_PROFILES_MAPPING": file})
    [line] = stop.value.lines
    assert line == "GATEWAY_PROFILES_MAPPING: only profiles in MongoDB can be mapped; GATEWAY_PROFILES_URL is memory:"
