import gzip
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.centres.types import SourceKind
from corpus.errors import FetchError, SourceError
from corpus.sources.parsing import LARGEST, unpack
from corpus.sources.sitemap import DEEPEST
from tests.listing import Web, listed, urls

URL = "https://site.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*links: str, head: str = "") -> bytes:
    entries = "".join(f"<url><loc>{link}</loc></url>" for link in links)
    return f'<?xml version="1.0"?>{head}<urlset {NS}>{entries}</urlset>'.encode()


def index(*links: str) -> bytes:
    entries = "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
    return f"<sitemapindex {NS}>{entries}</sitemapindex>".encode()


def sitemap(data: bytes) -> list[str]:
    return urls(listed(SourceKind.SITEMAP, URL, Web({URL: data})))


def test_pages_with_the_day_they_changed() -> None:
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
        <!-- made by hand --><?xml-stylesheet href="x.xsl"?>
        <urlset {NS} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc> https://site.example/a?x=1&amp;y=2#part </loc><lastmod>2024-03-01</lastmod>
        <image:image><image:loc>https://site.example/a.png</image:loc></image:image></url>
        <!-- one more -->
        <url><loc><![CDATA[/b]]></loc><lastmod>2024-03-01T10:00:00+01:00</lastmod></url>
        <url><loc>https://site.example/c</loc><lastmod>last Tuesday</lastmod></url>
        <url><loc>mailto:a@site.example</loc></url><url><lastmod>2024</lastmod></url>
        </urlset>"""
    found = listed(SourceKind.SITEMAP, URL, Web({URL: data.encode()}))
    assert [(each.url, each.modified) for each in found] == [
        ("https://site.example/a?x=1&y=2", datetime(2024, 3, 1, tzinfo=UTC)),
        ("https://site.example/b", datetime(2024, 3, 1, 9, tzinfo=UTC)),
        ("https://site.example/c", None),
    ]


def test_an_index_leads_to_its_sitemaps_each_once_compressed_or_not() -> None:
    one, two = "https://site.example/1.xml", "https://site.example/2.xml.gz"
    web = Web(
        {
            URL: index(one, two, one, URL),
            one: urlset("https://site.example/a"),
            two: gzip.compress(urlset("https://site.example/b")),
        }
    )
    assert urls(listed(SourceKind.SITEMAP, URL, web)) == [
        "https://site.example/a",
        "https://site.example/b",
    ]
    assert web.asked == [URL, one, two]


def test_a_missing_part_is_told_rather_than_left_out() -> None:
    with pytest.raises(FetchError, match=r"2\.xml"):
        listed(SourceKind.SITEMAP, URL, Web({URL: index("https://site.example/2.xml")}))


def test_an_index_of_indexes_without_end_is_refused() -> None:
    pages = {
        f"https://site.example/{n}.xml": index(f"https://site.example/{n + 1}.xml")
        for n in range(9)
    }
    web = Web(pages)
    with pytest.raises(SourceError, match="too many sitemaps"):
        listed(SourceKind.SITEMAP, "https://site.example/0.xml", web)
    assert len(web.asked) == DEEPEST


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_a_plain_list_and_xml_with_and_without_byte_order_mark(mark: bytes) -> None:
    assert sitemap(mark + b"https://site.example/a\r\nhttps://site.example/b\n") == [
        "https://site.example/a",
        "https://site.example/b",
    ]
    assert sitemap(mark + urlset("https://site.example/a")) == ["https://site.example/a"]


def test_compressed_whatever_it_is_called_and_in_several_members() -> None:
    whole = urlset("https://site.example/a")
    assert sitemap(gzip.compress(whole)) == ["https://site.example/a"]
    two = gzip.compress(whole[:40]) + gzip.compress(whole[40:])
    assert sitemap(two) == ["https://site.example/a"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "is no sitemap", id="empty"),
        pytest.param(b"Not found.", "is no sitemap", id="words"),
        pytest.param(b"<html><body>x", "root element is <html>", id="a page"),
        pytest.param(b"<!doctype html><html><body>x", "is no XML", id="a page with doctype"),
        pytest.param(b"<", "is no XML", id="nothing but a bracket"),
        pytest.param(b"\x1f\x8bnonsense", "damaged gzip", id="damaged gzip"),
        pytest.param(
            gzip.compress(urlset("https://a.example/"))[:-20], "ends before its end", id="half gzip"
        ),
    ],
)
def test_what_is_no_sitemap_is_told(data: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        sitemap(data)


def test_a_gzip_bomb_is_refused() -> None:
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    zeros = bytes(2**20)
    bomb = b"".join(packer.compress(zeros) for _ in range(LARGEST // 2**20 + 1)) + packer.flush()
    assert len(bomb) < LARGEST / 100
    with pytest.raises(SourceError, match="unpacks to more than 200 MiB"):
        unpack(bomb, URL)


def test_a_bomb_of_many_small_members_is_refused_too() -> None:
    member = gzip.compress(bytes(50 * 2**20), compresslevel=1)
    with pytest.raises(SourceError, match="unpacks to more than 200 MiB"):
        unpack(member * 5, URL)


def test_no_entity_is_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("password")
    head = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "password" not in str(sitemap(urlset("https://site.example/&x;", head=head)))


def test_no_dtd_is_loaded(tmp_path: Path) -> None:
    dtd = tmp_path / "a.dtd"
    dtd.write_text('<!ENTITY x "password">')
    head = f'<!DOCTYPE urlset SYSTEM "{dtd.as_uri()}">'
    assert "password" not in str(sitemap(urlset("https://site.example/&x;", head=head)))


def test_entities_within_entities_are_not_expanded() -> None:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    head = f"<!DOCTYPE urlset [{nested}]>"
    found = sitemap(urlset("https://site.example/&e8;", head=head))
    assert found == ["https://site.example/"]
