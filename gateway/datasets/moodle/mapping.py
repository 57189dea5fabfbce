"""Reads the mapping of a Moodle site from its TOML file (docs/import.md)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.datasets.bad_rows import BadSource, quoted
from gateway.datasets.moodle.rules import DEFAULT_RULES, EventRule
from resolvers.value_rules import problem_with_locale, problem_with_name, problem_with_new_key, problem_with_time_zone
from stores.domain.events import Verb

ENTRIES = ("site", "learners", "courses", "items", "events")
LEARNER_ENTRIES = ("prefix", "ids", "locale", "timeZone")
SKIP = "SKIP"
MAX_URL_LENGTH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodleMapping:
    """Learners by Moodle user id, courses by course id, items by course module id, and rules that override the default
    ones. `site`: the URL of the site, without a slash at its end. `prefix`: the learner id of a user who is not among
    `learner_ids` is the prefix and the user id; None: such users are no learners. `locale` and `time_zone` are those of
    the learners that the import makes."""

    site: str
    prefix: str | None
    learner_ids: Mapping[int, str]
    locale: str
    time_zone: str
    courses: Mapping[int, str]
    items: Mapping[int, str]
    rules: Mapping[str, EventRule]

    def learner_of(self, user: int) -> str | None:
        """The learner id of a Moodle user."""
        known = self.learner_ids.get(user)
        return f"{self.prefix}{user}" if known is None and self.prefix is not None else known


def read_mapping(file: Path, *, site: str | None) -> MoodleMapping:
    """The mapping in a TOML file. `site` replaces the file's. Raises `BadSource` with a line for each fault, and
    OSError."""
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise BadSource(f"{file.name} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSource(f"{file.name} is not TOML: {error}") from None
    reader = _Reader()
    mapping = reader.mapping(table if site is None else {**table, "site": site})
    if reader.faults:
        raise BadSource(*(f"{file.name}: {fault}" for fault in reader.faults))
    return mapping


class _Reader:
    """Reads the entries, and collects what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def mapping(self, table: Mapping[str, Any]) -> MoodleMapping:
        self._refuse_unknown("", table, ENTRIES)
        site = table.get("site")
        if not isinstance(site, str) or not site.startswith(("https://", "http://")) or len(site) > MAX_URL_LENGTH:
            self.faults.append("site: must be the URL of the Moodle site, here or as --site")
        learners = self._table("learners", table)
        self._refuse_unknown("learners.", learners, LEARNER_ENTRIES)
        if not learners.keys() & {"prefix", "ids"}:
            self.faults.append("learners: needs a prefix, or a table [learners.ids]")
        prefix = learners.get("prefix")
        if prefix is not None and (not isinstance(prefix, str) or (prefix and problem_with_new_key(prefix))):
            self.faults.append("learners.prefix: must be text")
        courses = self._keys("courses", self._table("courses", table))
        if not courses:
            self.faults.append("courses: must name at least one course")
        return MoodleMapping(
            site=str(site).rstrip("/"),
            prefix=prefix,
            learner_ids=self._keys("learners.ids", self._table("ids", learners)),
            locale=self._checked("learners.locale", learners.get("locale", "en"), problem_with_locale),
            time_zone=self._checked("learners.timeZone", learners.get("timeZone", "UTC"), problem_with_time_zone),
            courses=courses,
            items=self._keys("items", self._table("items", table)),
            rules={name: self._rule(name, given) for name, given in self._table("events", table).items()},
        )

    def _refuse_unknown(self, prefix: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self.faults += [f"{prefix}{name}: no such entry; there are {', '.join(known)}" for name in table.keys() - known]

    def _table(self, name: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
        found = table.get(name, {})
        if isinstance(found, Mapping):
            return found
        self.faults.append(f"{name}: must be a table: [{name}]")
        return {}

    def _keys(self, where: str, table: Mapping[str, Any]) -> Mapping[int, str]:
        """The keys of a table by Moodle's ids."""
        keys: dict[int, str] = {}
        for name, value in table.items():
            if not (name.isascii() and name.isdecimal()):
                self.faults.append(f"{where}: {quoted(name)} is not an id of Moodle, which is a number")
            elif not isinstance(value, str) or problem_with_name(value, MAX_URL_LENGTH):
                self.faults.append(f"{where}.{name}: must be a key, which is text")
            else:
                keys[int(name)] = value
        return keys

    def _checked(self, where: str, value: Any, rule: Any) -> str:
        problem = rule(value) if isinstance(value, str) else "must be text"
        if problem:
            self.faults.append(f"{where}: {problem}")
        return str(value)

    def _rule(self, name: str, given: Any) -> EventRule:
        """The rule of an event: a verb or SKIP, or a table with `verb` and `learner`."""
        if not name.startswith("\\"):
            self.faults.append(
                f"events.{name}: must be the name of an event, such as '\\mod_quiz\\event\\attempt_submitted'"
            )
        table = given if isinstance(given, Mapping) else {"verb": given}
        verb, learner = table.get("verb"), table.get("learner")
        if table.keys() - {"verb", "learner"} or learner not in (None, "user", "related"):
            self.faults.append(f'events.{name}: must be a verb, "{SKIP}" or {{ verb = "…", learner = "related" }}')
        if verb != SKIP and verb not in Verb.__members__:
            self.faults.append(f"events.{name}: the verb must be {SKIP} or one of {', '.join(Verb.__members__)}")
            return EventRule(None)
        default = DEFAULT_RULES.get(name, EventRule(None))
        related = default.related if learner is None else learner == "related"
        return EventRule(None if verb == SKIP else Verb[str(verb)], related)
