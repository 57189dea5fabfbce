"""A cache of published course versions in the process. They never change, so it needs no expiry, only a bound."""

from collections import OrderedDict

from stores.domain.catalog import Course, CourseVersion


class CourseCache:
    """The least recently used courses are dropped beyond `most_items` course items in total (about 500 bytes each)."""

    def __init__(self, *, most_items: int = 100_000) -> None:
        self._most_items = most_items
        self._items = 0
        self._courses: OrderedDict[CourseVersion, Course] = OrderedDict()

    def get(self, pin: CourseVersion) -> Course | None:
        """The cached course of this version."""
        course = self._courses.get(pin)
        if course is not None:
            self._courses.move_to_end(pin)
        return course

    def put(self, course: Course) -> None:
        """Add a course."""
        if course.pin in self._courses:
            return
        self._courses[course.pin] = course
        self._items += _weight(course)
        while self._items > self._most_items:
            _, oldest = self._courses.popitem(last=False)
            self._items -= _weight(oldest)


def _weight(course: Course) -> int:
    return 1 + sum(len(module.items) for module in course.modules)
