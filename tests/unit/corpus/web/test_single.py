"""One file, asked for by hand."""

import httpx
import pytest

from corpus.errors import Gone
from corpus.web.single import fetch, is_address, name_of
from tests.sites import BODY, URL, ok, redirect


def test_one_file_is_fetched_without_robots_txt_and_named_by_where_it_ended() -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return ok() if request.url.path != "/r" else redirect("/files/Final%20report.pdf")

    got = fetch("https://site.example/r", transport=httpx.MockTransport(answer))
    assert (got.data, got.name) == (BODY, "Final report.pdf")
    assert paths == ["/r", "/files/Final report.pdf"]


def test_one_file_that_cannot_be_had_names_the_cure() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404))
    with pytest.raises(Gone, match=f"{URL} cannot be fetched: .*404") as caught:
        fetch(URL, transport=transport)
    assert caught.value.cure == (
        "Check the address in a browser; a file you downloaded can be added by its path."
    )
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.org/a/b%20c.pdf?download=1", "b c.pdf"),
        ("https://x.org/a/", "a"),
        ("https://x.org/", "x.org.html"),
        ("https://x.org", "x.org.html"),
        ("https://x.org/a/..%2F..%2Fetc%2Fpasswd", "passwd"),
    ],
)
def test_an_address_gives_a_plain_file_name(url: str, name: str) -> None:
    assert name_of(url) == name


def test_addresses_are_told_from_paths() -> None:
    assert is_address("https://x.org/a")
    assert not is_address("/home/a/b.pdf")
    assert not is_address("C:\\reports\\a.pdf")
    assert not is_address("ftp://x.org/a")
