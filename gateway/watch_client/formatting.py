"""An update as a line to read. Names and titles are other people's: nothing in them may steer the terminal."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

MOST_CHANGES = 6


def format_update(answer: Mapping[str, Any], zone: tzinfo | None) -> str:
    """`zone` None: the machine's own."""
    update = answer["data"]["progressUpdated"]
    at = datetime.fromisoformat(update["at"]).astimezone(zone)
    progress, coalesced = update["progress"], update["coalesced"]
    parts = [
        f"{at:%H:%M:%S}",
        format_learner(update),
        f"{progress['completion']:4.0%}",
        f"{progress['itemsDone']}/{progress['itemsTotal']}",
        "no score" if progress["score"] is None else f"score {progress['score']:.2f}",
        format_changes(update["changed"]),
    ]
    if coalesced:
        parts.append(f"(+{coalesced} coalesced)")
    return printable("  ".join(part for part in parts if part))


def format_learner(update: Mapping[str, Any]) -> str:
    """A store that is away costs the names that it keeps, and no more."""
    enrollment = update["enrollment"] or {}
    learner, course = enrollment.get("learner") or {}, enrollment.get("course") or {}
    name = learner.get("displayName") or update["registration"]
    presence = (learner.get("presence") or {}).get("status", "")
    return "  ".join(part for part in (name, presence.lower(), course.get("title")) if part)


def format_changes(changed: list[Mapping[str, Any]]) -> str:
    shown = [f"{row['itemKey']} {row['state']}" for row in changed[:MOST_CHANGES]]
    return ", ".join([*shown, *([f"… {len(changed) - MOST_CHANGES} more"] if len(changed) > MOST_CHANGES else [])])


def printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text)
