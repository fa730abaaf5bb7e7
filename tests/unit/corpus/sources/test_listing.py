import pytest

from corpus.centres.types import SourceKind
from corpus.errors import SourceError
from corpus.sources.listing import MOST_PAGES, links_of
from tests.listing import Web, listed, urls

URL = "https://site.example/library/"


def page(*links: str, head: str = "") -> bytes:
    anchors = "".join(f'<li><a href="{link}">x</a>' for link in links)
    return f"<html><head>{head}</head><body>{anchors}".encode()


def test_links_in_their_order_each_once_and_only_to_the_web() -> None:
    data = page("b", "/a#top", "b#x", "mailto:a@b", "javascript:void(0)", "", "http://[::1", " c ")
    assert links_of(data, URL) == [
        "https://site.example/library/b",
        "https://site.example/a",
        "https://site.example/library/c",
    ]


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://cdn.example/x/", "https://cdn.example/x/r.pdf"),
        ("/files/", "https://site.example/files/r.pdf"),
        ("mailto:a@b", "https://site.example/library/r.pdf"),
        ("", "https://site.example/library/r.pdf"),
    ],
)
def test_the_base_of_a_page_counts_where_it_is_an_address(base: str, link: str) -> None:
    assert links_of(page("r.pdf", head=f'<base href="{base}">'), URL) == [link]


def test_areas_of_a_map_are_links() -> None:
    assert links_of(b'<map><area href="/a"></map>', URL) == ["https://site.example/a"]


@pytest.mark.parametrize("data", [b"", b"   ", b"<!-- -->"])
def test_what_is_no_page_is_told(data: bytes) -> None:
    with pytest.raises(SourceError, match=f"{URL} is no page"):
        links_of(data, URL)


def test_what_is_taken_is_a_publication_and_pages_lead_to_more() -> None:
    second = f"{URL}?page=2"
    web = Web(
        {
            URL: page("/report/a", "/about", "?page=2", "/report/draft-b", "?page=2"),
            second: page("/report/a", "/report/c", "?page=2", "/library/"),
        }
    )
    found = listed(
        SourceKind.LISTING, URL, web, take=("*/report/*",), leave=("*draft*",), pages=("*?page=*",)
    )
    assert urls(found) == ["https://site.example/report/a", "https://site.example/report/c"]
    assert web.asked == [URL, second]


def test_pages_without_end_are_refused() -> None:
    pages = {f"{URL}?page={n}": page(f"?page={n + 1}") for n in range(MOST_PAGES + 2)}
    with pytest.raises(SourceError, match=f"more than {MOST_PAGES} pages"):
        listed(SourceKind.LISTING, f"{URL}?page=0", Web(pages), take=("*.pdf",), pages=("*page=*",))
