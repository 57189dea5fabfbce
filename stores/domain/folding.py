"""Folding of text for searches: accents, case and Unicode form make no difference."""

import unicodedata


def folded(text: str) -> str:
    """The text decomposed (NFKD), without marks (Unicode categories M*), and case-folded.

    Folding the result again does not change it. Canonically equivalent texts have the same result.
    """
    # Case folding can compose characters and makes a letter of U+0345, a mark: hence marks go before it, and the
    # decomposition is repeated after it.
    return _without_marks(_without_marks(text).casefold())


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.category(character).startswith("M"))
