"""Origins: written as browsers send them, and nothing else taken for one."""

import pytest

from api.keys.errors import WrongKeyOptions
from api.keys.origins import parse_origin


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://example.org", "https://example.org"),
        ("https://Example.ORG/", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("https://example.org:80", "https://example.org:80"),
        ("http://localhost:8131", "http://localhost:8131"),
        ("http://127.0.0.1:8131", "http://127.0.0.1:8131"),
        ("http://[::1]:8131", "http://[::1]:8131"),
        ("https://tŷ.cymru", "https://xn--t-foa.cymru"),
    ],
)
def test_an_origin_is_written_in_one_way(given: str, origin: str) -> None:
    assert parse_origin(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        "",
        "null",
        "*",
        "https://*.example.org",
        "example.org",
        "https://",
        "https://example.org/page",
        "https://example.org?x",
        "https://user@example.org",
        "https://example.org:notaport",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://exa mple.org",
        "https://example.org,https://b.org",
        "https://example.org\r\nX: y",
        "https://[",
    ],
)
def test_what_is_no_origin_is_refused_with_a_cure(given: str) -> None:
    with pytest.raises(WrongKeyOptions) as refused:
        parse_origin(given)
    assert refused.value.cure
