from pathlib import Path

import pytest

from corpus.centres import load_centres
from corpus.centres.types import SourceKind
from corpus.errors import MetadataError, SourceError
from corpus.sources.addresses import FOLDER
from corpus.types import Metadata
from tests.listing import Web, listed, urls


def addresses(path: Path) -> list[str]:
    return urls(listed(SourceKind.ADDRESSES, str(path), Web({})))


def test_each_row_with_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "\ufeffURL,title,year,doi\nhttps://a.example/r.pdf,A report,2019,10.1234/x\n"
        "http://b.example/?id=1,,,\n",
        encoding="utf-8",
    )
    first, second = listed(SourceKind.ADDRESSES, str(file), Web({}))
    assert first.url == "https://a.example/r.pdf"
    assert first.metadata == Metadata(
        title="A report", year=2019, doi="10.1234/x", url="https://a.example/r.pdf"
    )
    assert second.url == "http://b.example/?id=1"
    assert second.metadata == Metadata(url="http://b.example/?id=1")


def test_all_faults_are_told_at_once_by_line(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "url,title,year\nhttps://a.example/,A,2019\n,B,2019\nreports/c.pdf,C,2019\n"
        "ftp://d.example/x,D,2019\nhttps://e.example/,E,soon\nhttps://a.example/,F,2019\n"
    )
    with pytest.raises(MetadataError) as caught:
        addresses(file)
    told = str(caught.value)
    assert "line 3: url: " in told
    assert "line 4: reports/c.pdf is no web address" in told
    assert "line 5: ftp://d.example/x is no web address" in told
    assert "line 6: year: " in told
    assert "line 7: https://a.example/ stands twice" in told


def test_a_table_without_addresses_and_a_missing_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("file,title\na.pdf,A\n")
    with pytest.raises(MetadataError, match="no column `url`"):
        addresses(file)
    with pytest.raises(SourceError, match=r"There is no file .*b\.csv"):
        addresses(tmp_path / "b.csv")


def test_open_quotes_are_told(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('url,title\nhttps://a.example/,"never closed\n')
    with pytest.raises(MetadataError, match=r"a\.csv, line \d: unexpected end"):
        addresses(file)


def test_every_table_the_registry_names_is_shipped_and_without_faults() -> None:
    named = {
        spec.url
        for centre in load_centres()
        for spec in centre.source
        if spec.kind is SourceKind.ADDRESSES
    }
    assert named
    for name in named:
        addresses(FOLDER / name)
