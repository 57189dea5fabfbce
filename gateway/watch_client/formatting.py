"""An update as a line of text. Names and titles may hold anything, so control characters are replaced."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

SHOWN_CHANGES = 6


def format_update(payload: Mapping[str, Any], zone: tzinfo | None) -> str:
    """The line for the payload of an update. Times are in `zone`; None is the zone of this machine."""
    update = payload["data"]["progressUpdated"]
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
    """The learner's name, presence and course, as far as the stores gave them; without a name the learner id."""
    enrollment = update["enrollment"] or {}
    learner, course = enrollment.get("learner") or {}, enrollment.get("course") or {}
    name = learner.get("displayName") or learner.get("learnerId") or update["registration"]
    presence = (learner.get("presence") or {}).get("status", "")
    return "  ".join(part for part in (name, presence.lower(), course.get("title")) if part)


def format_changes(changed: list[Mapping[str, Any]]) -> str:
    """The items that changed, at most `SHOWN_CHANGES` of them."""
    shown = [f"{row['itemKey']} {row['state']}" for row in changed[:SHOWN_CHANGES]]
    rest = len(changed) - SHOWN_CHANGES
    return ", ".join([*shown, f"… {rest} more"] if rest > 0 else shown)


def printable(text: str) -> str:
    """Text without control characters, which could move the cursor or recolour the terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
