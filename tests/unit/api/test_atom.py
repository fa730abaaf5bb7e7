"""The feed, read back by a feed reader and held against RFC 4287."""

from dataclasses import replace
from datetime import UTC, datetime

import feedparser
from lxml import etree

from api.atom import TAG, Feed, write_feed
from search.citing.wording import one_line
from search.types import ReportGroup
from tests.nasty import QUOTED, SITE, TITLES, answer

ATOM = "{http://www.w3.org/2005/Atom}"
MADE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _feed(*groups: ReportGroup) -> Feed:
    return Feed(
        id="0123",
        question=answer().query,
        filters=("Centre: A & B",),
        groups=groups,
        site=SITE,
        address=f"{SITE}/v1/feeds/search.atom?q=a&centre=b",
        page=f"{SITE}/?q=a&centre=b",
        made=MADE,
    )


def _groups() -> list[ReportGroup]:
    """The reports, each a day younger than the one before; the last came before times were kept."""
    return [
        ReportGroup(
            replace(group.report, added=f"2026-10-{day:02}T08:00:00+00:00" if day < 5 else None),
            group.hits,
        )
        for day, group in enumerate(answer().groups, start=1)
    ]


def test_a_feed_reader_reads_everything_newest_first() -> None:
    told = feedparser.parse(write_feed(_feed(*_groups())))
    assert not told.bozo
    assert told.version == "atom10"
    assert told.feed.title == f"New evidence: {one_line(answer().query)}"
    assert told.feed.subtitle == "Centre: A & B"
    assert told.feed.updated == "2026-10-04T08:00:00+00:00"
    order = [3, 2, 1, 0, 4]
    assert [e.id for e in told.entries] == [f"{TAG}:report/r%2F{n}%20%7B%C3%A9%7D" for n in order]
    assert [e.updated_parsed[2] for e in told.entries] == [4, 3, 2, 1, 1]
    first = told.entries[0]
    assert "evidence: High; {secure} & sound" in first.summary
    assert "Page 12 (printed 10)" in first.summary
    assert first.link == "https://doi.org/10.1234/ab_c(1)"


def test_every_word_survives() -> None:
    root = etree.fromstring(write_feed(_feed(*_groups())))
    titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
    assert sorted(titles) == sorted(map(one_line, TITLES))
    summaries = " ".join(root.xpath("//a:summary/text()", namespaces={"a": ATOM[1:-1]}))
    for place in (0, 2, 3, 4, 5):  # the second is no report's best
        assert one_line(QUOTED[place]) in summaries


def test_what_rfc_4287_asks_for_is_there() -> None:
    for feed in (_feed(*_groups()), _feed()):
        root = etree.fromstring(write_feed(feed))
        assert root.tag == f"{ATOM}feed"
        for parent in (root, *root.iter(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(parent.findall(f"{ATOM}{name}")) == 1
            assert parent.find(f"{ATOM}author/{ATOM}name") is not None
            alternates = parent.findall(f"{ATOM}link[@rel='alternate']")
            assert len(alternates) == 1
        assert root.find(f"{ATOM}link[@rel='self']").get("href") == feed.address
        ids = [each.text for each in root.iter(f"{ATOM}id")]
        assert len(set(ids)) == len(ids)


def test_an_empty_feed_is_as_old_as_the_index() -> None:
    assert feedparser.parse(write_feed(_feed())).feed.updated == MADE.isoformat()
