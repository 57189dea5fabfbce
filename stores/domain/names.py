"""The words of names: a learner is found by the beginning of any of them."""

import unicodedata
from collections.abc import Iterable
from itertools import groupby

from stores.domain.folding import folded


def words_of(text: str) -> tuple[str, ...]:
    """The different words of a name or of a search text, folded, in order of appearance.

    A word is a run of letters (Unicode categories L*) or of numbers (N*): `28400` finds `oulad-28400`.
    """
    runs = groupby(folded(text), key=lambda character: unicodedata.category(character)[0])
    return tuple(dict.fromkeys("".join(run) for kind, run in runs if kind in "LN"))


def name_matches(name: str, searched: Iterable[str]) -> bool:
    """Whether each of the searched words (from `words_of`) is the beginning of a word of this name."""
    words = words_of(name)
    return all(any(word.startswith(each) for word in words) for each in searched)
