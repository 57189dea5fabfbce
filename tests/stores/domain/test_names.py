"""Folding of text, and the words of names."""

import sys
import unicodedata
from typing import Literal

import pytest

from stores.domain.folding import folded
from stores.domain.names import name_matches, words_of

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
UNASSIGNED = ("Cn", "Co", "Cs")
EVERY_CHARACTER = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) not in UNASSIGNED]


def test_folding_a_folded_text_changes_nothing() -> None:
    assert [text for text in EVERY_CHARACTER if folded(folded(text)) != folded(text)] == []


@pytest.mark.parametrize("form", FORMS)
def test_the_unicode_form_makes_no_difference(form: Form) -> None:
    assert [text for text in EVERY_CHARACTER if folded(unicodedata.normalize(form, text)) != folded(text)] == []


def test_the_case_makes_no_difference() -> None:
    different = [text for text in EVERY_CHARACTER if folded(text.upper()) != folded(text)]
    # The capital of the dotless i has a dotted small letter. The iota subscript is a mark; its capital is a letter.
    others = [text for text in different if text != "ı" and "\u0345" not in unicodedata.normalize("NFD", text)]
    assert others == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("(.*) \U0010ffff\u200d_", ()),
        ("E\u0301lodie  O'Brien", ("elodie", "o", "brien")),
        ("elodie3fa2", ("elodie", "3", "fa", "2")),
        ("oulad-28400", ("oulad", "28400")),
        ("Ann ANN ann", ("ann",)),
        ("\u0130pek Straße \ufb01n ΣΊΣΥΦΟΣ Σίσυφος", ("ipek", "strasse", "fin", "σισυφοσ")),
        ("राम \u01c4a", ("रम", "dza")),
        ("１② \u216b", ("12", "xii")),
    ],
)
def test_the_words_of_a_text(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_each_searched_word_begins_a_word() -> None:
    assert name_matches("Ann Marie Smith", words_of("mar an"))
    assert name_matches("Ann", ())
    assert not name_matches("Ann Marie Smith", words_of("ann jones"))
    assert not name_matches("Ann Marie Smith", words_of("arie"))
