from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.centres.types import SourceKind
from corpus.errors import SourceError
from corpus.types import Metadata
from tests.listing import Web, listed, urls

URL = "https://site.example/feed/"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News</title>{head}
    <item><title>Mentoring &amp;amp; &lt;b&gt;crime&lt;/b&gt;</title><link>/mentoring</link>
    <pubDate>Tue, 05 Mar 2024 10:00:00 +0000</pubDate><dc:creator>A Smith</dc:creator>
    <category>crime</category><category>youth</category>
    <enclosure url="/files/mentoring.pdf" type="application/pdf" length="1"/>
    <enclosure type="application/pdf" length="1"/></item>
    <item><title>No link</title></item>
    <item><title>Post</title><link>mailto:a@b.example</link></item>
    </channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{head}
    <entry><title>Housing First</title><link href="https://site.example/{name}"/>
    <published>2020-01-02T00:00:00Z</published><updated>2023-05-06T07:08:09Z</updated>
    <author><name>B Jones</name></author><author/></entry></feed>"""


def feed(data: str) -> Web:
    return Web({URL: data.encode()})


def test_rss() -> None:
    (found,) = listed(SourceKind.FEED, URL, feed(RSS.format(head="")))
    assert found.url == "https://site.example/mentoring"
    assert found.modified == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert found.metadata == Metadata(
        title="Mentoring & crime", year=2024, authors=("A Smith",), topics=("crime", "youth")
    )
    assert found.files == ("https://site.example/files/mentoring.pdf",)


def test_atom_tells_published_from_changed() -> None:
    (found,) = listed(SourceKind.FEED, URL, feed(ATOM.format(head="", name="a")))
    assert found.modified == datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert found.metadata == Metadata(title="Housing First", year=2020, authors=("B Jones",))


def test_the_pages_that_follow_are_read_each_once() -> None:
    second = "https://site.example/feed/?page=2"
    web = Web(
        {
            URL: ATOM.format(head='<link rel="next" href="?page=2"/>', name="a").encode(),
            second: ATOM.format(head=f'<link rel="next" href="{URL}"/>', name="b").encode(),
        }
    )
    found = urls(listed(SourceKind.FEED, URL, web))
    assert found == ["https://site.example/a", "https://site.example/b"]
    assert web.asked == [URL, second]


def test_a_link_to_the_next_page_without_address_ends_it() -> None:
    assert listed(SourceKind.FEED, URL, feed(ATOM.format(head='<link rel="next"/>', name="a")))


@pytest.mark.parametrize("data", ["", "<html><body>Not found</body></html>", "{}", "\x00\x01"])
def test_what_is_no_feed_is_told(data: str) -> None:
    with pytest.raises(SourceError, match=f"{URL} is no feed"):
        listed(SourceKind.FEED, URL, feed(data))


def test_an_answer_that_names_a_file_of_ours_does_not_open_it(tmp_path: Path) -> None:
    file = tmp_path / "private.xml"
    file.write_text(RSS.format(head=""))
    with pytest.raises(SourceError, match="is no feed"):
        listed(SourceKind.FEED, URL, feed(str(file)))


def test_entities_are_not_read_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("password")
    head = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    data = head + ATOM.format(head="", name="a").replace("Housing", "&x;")
    found = listed(SourceKind.FEED, URL, feed(data))
    assert "password" not in str(found)
