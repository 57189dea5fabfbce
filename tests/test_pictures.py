"""The pictures of the documentation: `make pictures` draws all of them, and none is large."""

from tests.browser.pictures import FOLDER, LARGEST, PICTURES


def test_the_pictures_are_those_that_are_drawn() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{picture.name}.webp" for picture in PICTURES}


def test_every_picture_is_a_small_webp() -> None:
    for path in FOLDER.iterdir():
        data = path.read_bytes()
        assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
        assert len(data) <= LARGEST
