"""Any sequence of operations on profiles and courses gives the same answers in memory and in every backend."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy

from stores.domain.catalog import CourseFilter, CourseVersion, Item, ItemType, Module, MoveOn
from stores.domain.paging import COURSES, LEARNERS
from stores.domain.profiles import ProfileFilter
from stores.errors import Rejected
from tests import backends
from tests.backends import Servers
from tests.stores.samples import course, profile

AGREEMENT = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Step = tuple[str, tuple[Any, ...], dict[str, Any]]


def calls(name: str, *arguments: SearchStrategy[Any], **named: SearchStrategy[Any]) -> SearchStrategy[Step]:
    return some.tuples(some.just(name), some.tuples(*arguments), some.fixed_dictionaries(named))


texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=6)
ids = some.sampled_from(["", "a", "A", "a.b", "b", "ß", "\uffa1", "🎓"])
# Of scripts that folding, decomposition or the removal of marks changes.
letters = some.sampled_from(
    "aAzZ\u0130\u0131ß\u1e9eéÉ\ufb01ΣσςῌΐǄǅǆ홍학रामि\u0e33ก\u0627\u0654\ufdfa\u0301\u0345\u200d"
    "１②28 '-_.*^$\U0001d400\U00010400"
)
words = some.text(letters, max_size=4)
names = some.one_of(some.sampled_from(["Ann", "ANNA", "Straße", "STRASSE", "İ"]), texts, words)
emails = some.sampled_from([None, "", "a@x.org", "A@X.org", "b@x.org"])
scalars = some.none() | some.booleans() | some.floats() | some.integers(-(2**65), 2**65) | texts
keys = texts | some.sampled_from(["$set", "$ref", "a.b", "%24", "%", ""])
documents = some.dictionaries(
    keys,
    some.recursive(
        scalars, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(keys, inner, max_size=3), max_leaves=6
    ),
    max_size=3,
)
profiles_of_some = some.builds(
    lambda learner_id, **fields: profile(learner_id, **fields),
    ids,
    display_name=names,
    email=emails,
    avatar_url=some.none() | texts,
    goals=some.lists(texts, max_size=2).map(tuple),
    preferences=documents,
    attributes=some.just({}) | documents,
    version=some.integers(1, 3),
)
filters = some.builds(
    ProfileFilter,
    ids=some.none() | some.lists(ids, max_size=5).map(tuple),
    name_starts_with=some.none() | names.map(lambda name: name[:3]) | some.lists(words, max_size=2).map(" ".join),
    email=emails,
)
cursors = some.none() | ids.flatmap(
    lambda key: some.sampled_from(["", LEARNERS.encode(1), LEARNERS.encode(key), COURSES.encode(key)])
)
sizes = some.integers(1, 5)
profile_steps = some.lists(
    calls("add", some.lists(profiles_of_some, max_size=4))
    | calls("replace", profiles_of_some)
    | calls("by_ids", some.lists(ids, max_size=4))
    | calls("page", filters, after=cursors, first=sizes),
    max_size=8,
)

ratios = some.floats(0, 1)
items = some.builds(
    Item,
    key=texts,
    type=some.sampled_from(ItemType),
    title=texts,
    weight=ratios,
    move_on=some.sampled_from(MoveOn),
    mastery_score=some.none() | ratios,
    completion_threshold=ratios,
    complete_on_view=some.booleans(),
    prerequisites=some.lists(texts, max_size=2).map(tuple),
)
modules = some.lists(some.builds(Module, title=texts, items=some.lists(items, max_size=3).map(tuple)), max_size=2)
courses = some.builds(
    lambda key, **fields: course(key, **fields),
    ids,
    title=texts | words,
    description=some.none() | texts,
    modules=modules.map(tuple),
    version=some.integers(-1, 9),
)
pins = some.builds(CourseVersion, ids, some.integers(0, 3))
course_filters = some.builds(
    CourseFilter,
    keys=some.none() | some.lists(ids, max_size=4).map(tuple),
    title_contains=some.none() | texts.map(lambda text: text[:2]) | words.map(lambda text: text[:2]),
)
catalog_steps = some.lists(
    calls("publish", courses)
    | calls("latest", some.lists(ids, max_size=4))
    | calls("versions", some.lists(pins, max_size=4))
    | calls("page", course_filters, after=cursors, first=sizes),
    max_size=10,
)


async def answer(port: Any, step: Step) -> str:
    """The answer as text, because 1, 1.0 and True are equal."""
    call, arguments, named = step
    try:
        found = await getattr(port, call)(*arguments, **named)
    except Rejected as error:
        return str(error)
    return repr(sorted(found.items(), key=itemgetter(0)) if isinstance(found, Mapping) else found)


@pytest.mark.parametrize("backend", sorted(backends.PROFILES.keys() - {"memory"}))
@AGREEMENT
@given(steps=profile_steps)
async def test_profiles_agree(backend: str, servers: Servers, steps: list[Step]) -> None:
    async with backends.PROFILES["memory"](servers) as memory, backends.PROFILES[backend](servers) as port:
        for step in steps:
            assert await answer(port, step) == await answer(memory, step)


@pytest.mark.parametrize("backend", sorted(backends.CATALOG.keys() - {"memory"}))
@AGREEMENT
@given(steps=catalog_steps)
async def test_catalogs_agree(backend: str, servers: Servers, steps: list[Step]) -> None:
    async with backends.CATALOG["memory"](servers) as memory, backends.CATALOG[backend](servers) as port:
        for step in steps:
            assert await answer(port, step) == await answer(memory, step)
