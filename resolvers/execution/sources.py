"""`extensions.sources`: which stores an answer was read from, and how current their values are."""

from typing import Any

from resolvers.data.store_reads import StoreReads
from stores.errors import TimedOut, Unavailable

LIVE, STALE, DOWN = "LIVE", "STALE", "DOWN"
FAILED = frozenset({Unavailable.code, TimedOut.code})


def sources_of(reads: StoreReads, *, always: bool) -> list[dict[str, Any]] | None:
    """The stores that an operation called, by name. None if all are LIVE, unless `always`.

    LIVE: all calls were answered. STALE: a call failed, and last good values stand for its values, or for a part of
    them; `ageMs` is the age of the oldest one. DOWN: a call failed, and no last good value was served.
    """
    ages = {} if reads.stale is None else reads.stale.ages
    failed = {each.store for each in reads.batches if each.code in FAILED}
    if not always and not failed and not ages:
        return None
    found: list[dict[str, Any]] = []
    for store in sorted({each.store for each in reads.batches} | ages.keys()):
        if store in ages:
            found.append({"store": store, "state": STALE, "ageMs": round(ages[store] * 1000)})
        elif store in failed:
            found.append({"store": store, "state": DOWN, "ageMs": None})
        else:
            found.append({"store": store, "state": LIVE, "ageMs": 0})
    return found
