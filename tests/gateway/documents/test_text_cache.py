"""The process' cache of texts is bounded by their number and by their size."""

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
    cache = TextCache(most_characters=10)
    for key in ("a", "b", "c"):
        cache.keep(key, "12345", NOW)
    assert kept(cache, "a", "b", "c") == "bc"
    cache.keep("c", "123456", NOW)
    assert kept(cache, "b", "c") == "c"
    cache.keep("d", "12345678901", NOW)
    assert kept(cache, "c", "d") == ""
    cache.keep("e", "1234567890", NOW)
    assert kept(cache, "e") == "e"
