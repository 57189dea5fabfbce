"""The encoding of a file follows the weights of the Accept-Encoding header."""

import pytest

from gateway.web.content_codings import accepted_codings, best_coding


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.1, gzip;q=0.5", "gzip"),
        ("br; q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0.000", None),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=soon", None),
        ("gzip;q=nan", None),
    ],
)
def test_the_best_coding_is_chosen(header: str, coding: str | None) -> None:
    assert best_coding(header, ("br", "gzip")) == coding


def test_a_file_without_encoded_forms_is_sent_as_it_is() -> None:
    assert best_coding("br, gzip", ()) is None


def test_codings_without_weight_are_not_accepted() -> None:
    assert accepted_codings("gzip;q=0.0, br;q=0.2, zstd") == {"br", "zstd"}
