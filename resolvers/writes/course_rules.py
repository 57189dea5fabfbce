"""What a course must be to be published. Imports and the demo's courses obey the same rules."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

from resolvers.value_rules import MAX_PROSE_LENGTH, problem_with_course_key
from resolvers.writes.faults import Fault
from resolvers.writes.validation import Validation
from stores.domain.catalog import Course, Item, module_key

MAX_ITEMS = 2_000


def course_faults(course: Course) -> tuple[Fault, ...]:
    """What is wrong with a course, with paths such as ("modules", 0, "items", 2, "prerequisites", 0).

    Item keys are unique in the course. Prerequisites are keys of other items and form no cycle: a learner could not
    begin any item of a cycle.
    """
    validation = Validation()
    validation.note(problem_with_course_key(course.key), "key")
    validation.name("title", course.title)
    validation.text("description", course.description, longest=MAX_PROSE_LENGTH)
    validation.url("image_url", course.image_url)
    _validate_module_keys(course, validation)
    if len(course.items) > MAX_ITEMS:
        validation.add(f"has more than {MAX_ITEMS:,} items", "modules")
        return tuple(validation.faults)
    placed = list(_placed_items(course, validation))
    known, seen = {item.key for item, _ in placed}, set[str]()
    for item, its in placed:
        _validate_item(item, its)
        if item.key in seen:
            its.add("is the key of an earlier item", "key")
        seen.add(item.key)
        for place, key in enumerate(item.prerequisites):
            if key not in known or key == item.key:
                its.add("is not the key of another item", "prerequisites", place)
    cycle = prerequisite_cycle([item for item, _ in placed])
    first = next(((item, its) for item, its in placed if item.key in cycle), None)
    if first is not None:
        first[1].add(f"form a cycle of {len(cycle)} items, which no learner could begin", "prerequisites")
    return tuple(validation.faults)


def prerequisite_cycle(items: Iterable[Item]) -> frozenset[str]:
    """The keys of items that are prerequisites of each other in a circle, of one circle where there are several; empty
    where there is none. An item's own key among its prerequisites is ignored."""
    graph = {item.key: {key for key in item.prerequisites if key != item.key} for item in items}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return frozenset(error.args[1])
    return frozenset()


def _placed_items(course: Course, validation: Validation) -> Iterator[tuple[Item, Validation]]:
    """Each item, with the validation for its place."""
    for number, module in enumerate(course.modules):
        its = validation.at("modules", number)
        its.name("title", module.title)
        for place, item in enumerate(module.items):
            yield item, its.at("items", place)


def _validate_module_keys(course: Course, validation: Validation) -> None:
    """Keys of modules are unique, those that follow from a module's place included."""
    seen = set[str]()
    for place, module in enumerate(course.modules):
        its = validation.at("modules", place)
        its.new_key("key", module.key)
        key = module_key(place, module)
        if key in seen:
            its.add("is the key of an earlier module", "key")
        seen.add(key)


def _validate_item(item: Item, its: Validation) -> None:
    its.new_key("key", item.key)
    its.name("title", item.title)
    its.weight("weight", item.weight)
    its.url("launch_url", item.launch_url)
    its.share("mastery_score", item.mastery_score)
    its.share("completion_threshold", item.completion_threshold)
    if item.estimated_duration is not None:
        its.duration("estimated_duration", item.estimated_duration / timedelta(seconds=1))
