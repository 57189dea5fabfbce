"""The terms by which a name is searched in MongoDB: the field `nameWords` of a profile.

They are the words of the name, and their beginnings of up to three characters, each with `*` behind it. A short text is
the beginning of thousands of names: its term is read from the index in the order of ids, and only as far as a page
needs, while a range of words would have to be read whole and sorted.
"""

from stores.domain.names import words_of

LONGEST_PREFIX = 3


def prefix_term(word: str) -> str:
    """The term of the words that begin with this one, which has up to `LONGEST_PREFIX` characters. All names have the
    term of the empty word: a document without it was written by an earlier version."""
    return f"{word}*"


def name_terms(name: str) -> list[str]:
    """The terms of a name: its words in order of appearance, then the terms of their beginnings."""
    words = words_of(name)
    beginnings = {word[:length] for word in words for length in range(LONGEST_PREFIX + 1)}
    return [*words, *map(prefix_term, sorted(beginnings | {""}))]
