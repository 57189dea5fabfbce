"""Makes the items of the demo's courses: for each kind the rule of completion, the weight and the duration."""

from datetime import timedelta
from typing import Any

from stores.domain.catalog import Item, ItemType, MoveOn


def page(key: str, title: str, minutes: int = 8, **rest: Any) -> Item:
    """A page, completed when viewed."""
    return item(ItemType.PAGE, key, title, minutes, MoveOn.COMPLETED, complete_on_view=True, **rest)


def video(key: str, title: str, minutes: int, **rest: Any) -> Item:
    """A video, completed when nine tenths of it were played."""
    return item(ItemType.VIDEO, key, title, minutes, MoveOn.COMPLETED, completion_threshold=0.9, **rest)


def quiz(key: str, title: str, *after: str, weight: float = 2.0, mastery: float = 0.6) -> Item:
    """A quiz, satisfied when passed. `after`: the keys of its prerequisites."""
    return item(ItemType.QUIZ, key, title, 12, MoveOn.PASSED, weight=weight, mastery_score=mastery, prerequisites=after)


def assignment(key: str, title: str, *after: str, weight: float = 4.0, minutes: int = 50) -> Item:
    """An assignment, satisfied when completed and passed. `after`: the keys of its prerequisites."""
    return item(
        ItemType.ASSIGNMENT,
        key,
        title,
        minutes,
        MoveOn.COMPLETED_AND_PASSED,
        weight=weight,
        mastery_score=0.5,
        prerequisites=after,
    )


def forum(key: str, title: str, move_on: MoveOn = MoveOn.NOT_APPLICABLE) -> Item:
    """A discussion, optional by default."""
    return item(ItemType.DISCUSSION, key, title, 10, move_on)


def tool(key: str, title: str, minutes: int, move_on: MoveOn = MoveOn.COMPLETED_OR_PASSED) -> Item:
    """An interactive tool. It reports the learner's results in the learner's name."""
    return item(ItemType.TOOL, key, title, minutes, move_on, mastery_score=0.5, self_reported=True)


def item(kind: ItemType, key: str, title: str, minutes: int, move_on: MoveOn, **rest: Any) -> Item:
    """An item of any kind. `rest` are further fields of `Item`."""
    return Item(
        key=key,
        type=kind,
        title=title,
        move_on=move_on,
        estimated_duration=timedelta(minutes=minutes),
        launch_url=f"https://learn.example.org/{kind.value.lower()}/{key}",
        **rest,
    )
