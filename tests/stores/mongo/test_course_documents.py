"""Documents of courses that an earlier version published."""

from stores.mongo.course_documents import course_of, document_of
from tests.stores.samples import course

LATER_FIELDS = ("enforcePrerequisites", "imageUrl", "titleKey")


def test_a_course_of_an_earlier_version_enforces_no_prerequisites_and_lets_no_learner_grade() -> None:
    document = document_of(course("c", enforce_prerequisites=True, image_url="https://example.org/c.png"))
    for field in LATER_FIELDS:
        del document[field]
    for module in document["modules"]:
        del module["key"]
    read = course_of(document)
    assert read == course("c")
    assert (read.enforce_prerequisites, read.image_url, read.items[0].self_reported) == (False, None, False)
