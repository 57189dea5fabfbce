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
    return {
        "_id": id_of(course.pin),
        "key": course.key,
        "version": course.version,
        "title": course.title,
        "titleKey": folded(course.title),
        "description": course.description,
        "modules": [
            {"title": module.title, "items": [_item_document(item) for item in module.items]}
            for module in course.modules
        ],
        "publishedAt": course.published_at,
    }


def course_of(document: Document) -> Course:
    """The course version of a document."""
    return Course(
        key=document["key"],
        version=document["version"],
        title=document["title"],
        description=document.get("description"),
        modules=tuple(
            Module(title=module["title"], items=tuple(_item(item) for item in module["items"]))
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
    )
