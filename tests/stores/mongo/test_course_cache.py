from stores.mongo.course_cache import CourseCache
from tests.stores.samples import course


def test_keeps_the_courses_used_last() -> None:
    shelf = CourseCache(most_items=9)
    a, b, c = (course(key, items=2) for key in "abc")
    for each in (a, b, c):
        shelf.put(each)
    assert shelf.get(a.pin) is a
    shelf.put(d := course("d", items=2))
    assert [shelf.get(each.pin) for each in (a, b, c, d)] == [a, None, c, d]


def test_counts_a_course_once() -> None:
    shelf = CourseCache(most_items=6)
    for each in (a := course("a", items=2), a, a, b := course("b", items=2)):
        shelf.put(each)
    assert (shelf.get(a.pin), shelf.get(b.pin)) == (a, b)


def test_a_course_larger_than_the_shelf_is_not_kept() -> None:
    shelf = CourseCache(most_items=5)
    shelf.put(large := course("a", items=5))
    assert shelf.get(large.pin) is None
    shelf.put(small := course("b", items=4))
    assert shelf.get(small.pin) is small
