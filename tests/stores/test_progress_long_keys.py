"""The longest keys that an index has room for, in a script of three bytes a character."""

from random import Random
from uuid import UUID

from stores.domain.catalog import CourseVersion
from stores.domain.events import Verb
from stores.domain.keys import MAX_INDEX_BYTES, MAX_KEY_BYTES, fits_index, key_size
from stores.ports.progress import Progress
from tests.stores.learning import done, enrollment
from tests.stores.samples import item

CHANCE = Random(15)
R = UUID(int=1)


def key_of(size: int) -> str:
    """A key of so many bytes that no index can compress."""
    han = "".join(chr(CHANCE.randint(0x4E00, 0x9FA5)) for _ in range(size // 3))
    return han + "x" * (size - key_size(han))


async def learn(progress: Progress, learner_id: str, course_key: str, item_key: str, session_id: str) -> None:
    pin = CourseVersion(course_key, 1)
    row, items = enrollment(1, pin=pin, learner_id=learner_id), {pin: [item(item_key)]}
    event = done(
        1,
        Verb.TERMINATED,
        item_key,
        learner_id=learner_id,
        course_key=course_key,
        session_id=session_id,
        duration_ms=5,
        position=1.0,
    )
    assert await progress.enroll([row], items=items) == 1
    assert [verdict.status.value for verdict in await progress.record([event], items=items)] == ["ACCEPTED"]
    assert (await progress.item_progress([R]))[R][item_key].time_spent_ms == 5
    assert (await progress.resume_points([R]))[R].item_key == item_key


async def test_the_longest_keys_of_today_fit(progress: Progress) -> None:
    await learn(progress, *(key_of(MAX_KEY_BYTES) for _ in range(4)))


async def test_the_longest_keys_of_the_past_fit(progress: Progress) -> None:
    half = MAX_INDEX_BYTES // 2
    await learn(progress, key_of(half), key_of(half), key_of(MAX_INDEX_BYTES), key_of(2_048))


def test_keys_are_measured_in_bytes_together() -> None:
    assert fits_index("x" * MAX_INDEX_BYTES)
    assert not fits_index("x" * MAX_INDEX_BYTES, "x")
    assert not fits_index("\u4e00" * (MAX_INDEX_BYTES // 3), "\u4e00")
