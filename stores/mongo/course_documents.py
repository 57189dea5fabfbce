"""Conversion between published course versions and MongoDB documents."""

from datetime import timedelta

from stores.domain.catalog import Course, CourseVersion, Item, ItemType, Module, MoveOn
from stores.domain.folding import folded
from stores.mongo.client import Document

MILLISECOND = timedelta(milliseconds=1)


def id_of(pin: CourseVersion) -> str:
    """The `_id` of a course version."""
    return f"{pin.key}@{pin.version}"


def document_of(course: Course) -> Document:
    """The document of a course version."""
    document: Document = {
        "_id": id_of(course.pin),
        "key": course.key,
        "version": course.version,
        "title": course.title,
        "titleKey": folded(course.title),
        "description": course.description,
        "modules": [
            {"key": module.key, "title": module.title, "items": [_item_document(item) for item in module.items]}
            for module in course.modules
        ],
        "enforcePrerequisites": course.enforce_prerequisites,
        "publishedAt": course.published_at,
    }
    if course.image_url is not None:
        document["imageUrl"] = course.image_url
    return document


def course_of(document: Document) -> Course:
    """The course version of a document."""
    return Course(
        key=document["key"],
        version=document["version"],
        title=document["title"],
        description=document.get("description"),
        image_url=document.get("imageUrl"),
        enforce_prerequisites=document.get("enforcePrerequisites", False),
        modules=tuple(
            Module(key=module.get("key"), title=module["title"], items=tuple(_item(item) for item in module["items"]))
            for module in document["modules"]
        ),
        published_at=document["publishedAt"],
    )


def _item_document(item: Item) -> Document:
    document: Document = {
        "key": item.key,
        "type": item.type.value,
        "title": item.title,
        "weight": item.weight,
        "moveOn": item.move_on.value,
        "completionThreshold": item.completion_threshold,
        "completeOnView": item.complete_on_view,
        "prerequisites": list(item.prerequisites),
    }
    if item.mastery_score is not None:
        document["masteryScore"] = item.mastery_score
    if item.estimated_duration is not None:
        document["estimatedDurationMs"] = item.estimated_duration // MILLISECOND
    if item.launch_url is not None:
        document["launchUrl"] = item.launch_url
    if item.self_reported:
        document["selfReported"] = True
    return document


def _item(document: Document) -> Item:
    duration = document.get("estimatedDurationMs")
    return Item(
        key=document["key"],
        type=ItemType(document["type"]),
        title=document["title"],
        weight=document.get("weight", 1.0),
        move_on=MoveOn(document["moveOn"]),
        mastery_score=document.get("masteryScore"),
        completion_threshold=document.get("completionThreshold", 1.0),
        complete_on_view=document.get("completeOnView", False),
        estimated_duration=None if duration is None else duration * MILLISECOND,
        prerequisites=tuple(document.get("prerequisites", ())),
        launch_url=document.get("launchUrl"),
        self_reported=document.get("selfReported", False),
    )
