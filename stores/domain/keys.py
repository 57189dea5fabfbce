"""Keys that clients choose: learner ids, course keys, item keys and session ids."""

MAX_KEY_BYTES = 512
"""Longest key in bytes of UTF-8, for keys that are made from now on.

The SQL indexes set the bound. A PostgreSQL B-tree entry holds at most 2,704 bytes (a third of a page), and the widest
entries are (learner_id, course_key) and (registration, item_key, session_id). CockroachDB, MongoDB, InfluxDB and
Valkey allow more."""


def key_size(key: str) -> int:
    """The size of a key in bytes of UTF-8. Text that is not Unicode (lone surrogates) counts, too."""
    return len(key.encode("utf-8", "surrogatepass"))


MAX_INDEX_BYTES = 2_400
"""Bytes of all keys in one index entry, with room for a registration and a session key (`time_spent.session_key`)."""


def fits_index(*keys: str) -> bool:
    """Whether an index entry has room for these keys: older ones may be longer than `MAX_KEY_BYTES`."""
    if 4 * sum(map(len, keys)) <= MAX_INDEX_BYTES:  # no character has more bytes
        return True
    return sum(map(key_size, keys)) <= MAX_INDEX_BYTES
