"""Lists of publications, well made and malformed. The replica shows whole sites."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.centres import SourceSpec
from corpus.centres.types import SourceKind
from corpus.errors import FetchError, MetadataError, SourceError
from corpus.sources.adapters import list_source
from corpus.sources.parsing import LARGEST, unpack
from corpus.sources.patterns import matches, wanted
from corpus.sources.types import Listed

HOST = "https://a.example"


def _list(kind: SourceKind, pages: Mapping[str, bytes], /, **known: object) -> list[Listed]:
    def ask(url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        del headers
        try:
            return pages[url.removeprefix(HOST)]
        except KeyError:
            raise FetchError(f"no {url}", status=400) from None

    spec = SourceSpec(kind, HOST + next(iter(pages)), **known)  # type: ignore[arg-type]
    return list(list_source(spec, ask))


def test_a_sitemap_in_gzip_with_an_entity_that_is_not_followed() -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/1'
        b"</loc><lastmod>2024-05-01</lastmod></url><url><loc>&e;</loc></url></urlset>"
    )
    (one,) = _list(SourceKind.SITEMAP, {"/s.xml": gzip.compress(body)})
    assert one.url == f"{HOST}/1"
    assert one.modified is not None
    assert one.modified.year == 2024


def test_a_sitemap_that_is_a_plain_list() -> None:
    found = _list(SourceKind.SITEMAP, {"/s.txt": b"https://a.example/1\nhttps://a.example/2\n"})
    assert [each.url for each in found] == [f"{HOST}/1", f"{HOST}/2"]


def test_sitemaps_that_lead_to_each_other_end() -> None:
    def index(other: str) -> bytes:
        return f"<sitemapindex><sitemap><loc>{HOST}{other}</loc></sitemap></sitemapindex>".encode()

    assert _list(SourceKind.SITEMAP, {"/a": index("/b"), "/b": index("/a")}) == []


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (SourceKind.SITEMAP, b"<html><body>Not found</body></html>", "no sitemap"),
        (SourceKind.SITEMAP, b"<", "no XML"),
        (SourceKind.SITEMAP, b"nothing", "no sitemap"),
        (SourceKind.FEED, b"<html><body>Not found</body></html>", "no feed"),
        (SourceKind.WORDPRESS, b'{"message": "No route"}', "No route"),
        (SourceKind.WORDPRESS, b"<html>", "no JSON"),
        (SourceKind.GOVUK, b'{"message": "x"}', "no search results"),
        (SourceKind.OAI, b"<html/>", "no OAI-PMH"),
        (SourceKind.OAI, b'<OAI-PMH><error code="badArgument">x</error></OAI-PMH>', "badArgument"),
        (SourceKind.NICE, b"{}", "needs a key"),
    ],
)
def test_what_is_not_what_its_kind_should_be(kind: SourceKind, body: bytes, told: str) -> None:
    class Anything(dict[str, bytes]):
        def __missing__(self, key: str) -> bytes:
            return body

    with pytest.raises(SourceError, match=told):
        _list(kind, Anything({"/x": body}))


def test_a_gzip_bomb_is_not_unpacked() -> None:
    with pytest.raises(SourceError, match="unpacks to more"):
        unpack(gzip.compress(b"0" * (LARGEST + 1)), "x")


def test_oai_records_about_something_else_and_deleted_ones_are_left() -> None:
    def record(about: str, status: str = "") -> str:
        return (
            f'<record><header status="{status}"><datestamp>2024-01-01</datestamp></header>'
            "<metadata>"
            '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title>'
            f"<dc:identifier>{HOST}/r</dc:identifier><dc:identifier>doi:10.1234/x</dc:identifier>"
            f"<dc:description>{about}</dc:description></dc></metadata></record>"
        )

    body = record("our Fund") + record("other") + record("our Fund", "deleted")
    xml = f"<OAI-PMH><ListRecords>{body}</ListRecords></OAI-PMH>".encode()
    page = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    pages = {"/oai": b"", page: xml}
    (one,) = _list(SourceKind.OAI, pages, about="Our fund")
    assert (one.url, one.metadata.doi) == (f"{HOST}/r", "10.1234/x")


def test_a_full_last_page_of_wordpress_is_the_end() -> None:
    posts = [{"link": f"{HOST}/{n}", "title": {"rendered": "A &amp; B"}} for n in range(100)]
    first = "/wp?per_page=100&page=1&order=asc&orderby=id"
    found = _list(SourceKind.WORDPRESS, {"/wp": b"", first: json.dumps(posts).encode()})
    assert len(found) == 100
    assert found[0].metadata.title == "A & B"


def test_a_listing_goes_on_and_minds_its_base() -> None:
    pages = {
        "/list": b'<base href="/sub/"><a href="1?utm_source=x">one</a><a href="?p=2">more</a>',
        "/sub/?p=2": b'<a href="/sub/1#top">again</a><a href="/sub/2">two</a><a href="/off">x</a>',
    }
    found = _list(SourceKind.LISTING, pages, take=("*/sub/*",), pages=("*?p=*",))
    assert [each.url for each in found] == [f"{HOST}/sub/1", f"{HOST}/sub/2"]


def test_a_list_of_addresses_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("url,title,year\nhttps://b.example/1,One,2019\n")
    spec = SourceSpec(SourceKind.ADDRESSES, str(path))
    (one,) = list_source(spec, lambda *_, **__: b"")
    assert (one.url, one.metadata.title, one.metadata.year) == ("https://b.example/1", "One", 2019)
    path.write_text("url,year\nhttps://b.example/1,soon\n")
    with pytest.raises(MetadataError, match="line 2"):
        list(list_source(spec, lambda *_, **__: b""))
    with pytest.raises(SourceError, match="no file"):
        list(list_source(SourceSpec(SourceKind.ADDRESSES, "absent.csv"), lambda *_, **__: b""))


def test_globs() -> None:
    assert matches("https://a.example/x/y?p=2", ["*/x/*?p=*"])
    assert matches("https://a.example/A.PDF", ["*.pdf"])
    assert not matches("https://a.example/x", ["*/y/*"])
    assert wanted("https://a.example/x", (), ())
    assert not wanted("https://a.example/x", ("*",), ("*/x",))
