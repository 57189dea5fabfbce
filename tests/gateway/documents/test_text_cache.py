"""The process' cache of texts is bounded by their number and by their size."""

import sys

from gateway.documents.text_cache import TextCache
from tests.resolvers.world import NOW


def kept(cache: TextCache, *keys: str) -> str:
    """Which of these keys the cache has. The look is a use of each."""
    return "".join(key for key in keys if cache.find(key) is not None)


def test_the_least_recently_used_goes() -> None:
    cache = TextCache(most=2)
    cache.keep("a", "{ a }", NOW)
    cache.keep("b", "{ b }", NOW)
    assert kept(cache, "a") == "a"
    cache.keep("c", "{ c }", NOW)
    assert kept(cache, "a", "b", "c") == "ac"


def test_large_texts_take_the_room_of_others() -> None:
    text = "é" * 1_000
    cache = TextCache(most_bytes=2 * sys.getsizeof(text))
    for key in ("a", "b", "c"):
        cache.keep(key, text, NOW)
    assert kept(cache, "a", "b", "c") == "bc"
    cache.keep("c", text + "é", NOW)
    assert kept(cache, "b", "c") == "c"
    cache.keep("d", text * 3, NOW)
    assert kept(cache, "c", "d") == ""
    cache.keep("e", text, NOW)
    assert kept(cache, "e") == "e"
