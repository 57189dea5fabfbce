"""Published course versions kept in the process: they never change, so only their number needs a bound."""

from collections import OrderedDict

from stores.domain.catalog import Course, CourseVersion


class CourseCache:
    """The courses used last, up to `most_items` course items in all (an item takes about half a kilobyte)."""

    def __init__(self, *, most_items: int = 100_000) -> None:
        self._most_items = most_items
        self._items = 0
        self._courses: OrderedDict[CourseVersion, Course] = OrderedDict()

    def get(self, pin: CourseVersion) -> Course | None:
        course = self._courses.get(pin)
        if course is not None:
            self._courses.move_to_end(pin)
        return course

    def put(self, course: Course) -> None:
        if course.pin in self._courses:
            return
        self._courses[course.pin] = course
        self._items += _weight(course)
        while self._items > self._most_items:
            _, oldest = self._courses.popitem(last=False)
            self._items -= _weight(oldest)


def _weight(course: Course) -> int:
    return 1 + sum(len(module.items) for module in course.modules)
