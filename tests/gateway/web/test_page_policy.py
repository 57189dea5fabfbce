"""Each page's content security policy allows what the page needs, and no more."""

import pytest

from gateway.web.page_policy import origin_of, page_policy

REST = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def test_a_page_loads_from_its_own_origin_only() -> None:
    assert page_policy("dashboard", remote_images=False, issuer=None) == (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self'; {REST}"
    )


def test_graphiql_alone_has_inline_styles_and_fonts_in_its_styles() -> None:
    assert page_policy("explorer", remote_images=False, issuer=None) == (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; {REST}"
    )


def test_the_settings_add_images_and_the_issuer() -> None:
    assert page_policy("home", remote_images=True, issuer="https://login.example.org/realms/school") == (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: https:; "
        f"font-src 'self'; connect-src 'self' https://login.example.org; {REST}"
    )


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://login.example.org", "https://login.example.org"),
        ("https://login.example.org:8443/x?y#z", "https://login.example.org:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://user:pass@login.example.org/", "https://login.example.org"),
        ("school", None),
        ("urn:school", None),
        ("javascript://x/", None),
        ("https://", None),
        ("https://*.example.org", None),
        ("https://a;script-src *", None),
        ("https://a b", None),
        ("https://a:port/", None),
        ("https://[::1", None),
    ],
)
def test_only_an_address_has_an_origin(address: str, origin: str | None) -> None:
    assert origin_of(address) == origin
