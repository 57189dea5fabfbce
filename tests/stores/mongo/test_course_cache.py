"""The cache of courses is bounded by items and drops the least recently used ones."""

from stores.mongo.course_cache import CourseCache
from tests.stores.samples import course


def test_the_least_recently_used_course_is_dropped() -> None:
    cache = CourseCache(most_items=9)
    a, b, c = (course(key, items=2) for key in "abc")
    for each in (a, b, c):
        cache.put(each)
    assert cache.get(a.pin) is a
    cache.put(d := course("d", items=2))
    assert [cache.get(each.pin) for each in (a, b, c, d)] == [a, None, c, d]


def test_counts_a_course_once() -> None:
    cache = CourseCache(most_items=6)
    for each in (a := course("a", items=2), a, a, b := course("b", items=2)):
        cache.put(each)
    assert (cache.get(a.pin), cache.get(b.pin)) == (a, b)


def test_a_course_larger_than_the_cache_is_not_cached() -> None:
    cache = CourseCache(most_items=5)
    cache.put(large := course("a", items=5))
    assert cache.get(large.pin) is None
    cache.put(small := course("b", items=4))
    assert cache.get(small.pin) is small
