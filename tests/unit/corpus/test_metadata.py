import json
from pathlib import Path

import pytest

from corpus.centres import identify_centre, load_centres
from corpus.errors import MetadataError, RegistryError
from corpus.findings import Rating
from corpus.metadata.sidecar import is_metadata, load_metadata
from corpus.reading.records import load_records, read_record
from corpus.types import Metadata

STARTER = Path(__file__).resolve().parents[3] / "corpus" / "data" / "starter.jsonl"


def test_csv_with_aliases_byte_order_mark_and_quoted_lines(tmp_path: Path) -> None:
    file = tmp_path / "metadata.csv"
    file.write_text(
        "\ufeffFilename,title,publisher,year,authors,license,rating,topics,odd\n"
        'a.pdf,"A title,\nover lines",eef,2019,"Smith, A; Jones, B",OGL,Strong,reading; maths,x\n'
        "sub/b.pdf,,,,,,,,\n",
        encoding="utf-8",
    )
    assert is_metadata(file)
    assert load_metadata(file) == {
        "a.pdf": Metadata(
            title="A title,\nover lines",
            centre="eef",
            year=2019,
            authors=("Smith, A", "Jones, B"),
            licence="OGL",
            rating=Rating("Strong"),
            topics=("reading", "maths"),
        ),
        "sub/b.pdf": Metadata(),
    }


def test_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text('{"file": "a.pdf", "year": 2020, "authors": ["A", "B"]}\n')
    assert is_metadata(file)
    assert load_metadata(file)["a.pdf"] == Metadata(year=2020, authors=("A", "B"))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text("file,year\na.pdf,soon\n,2020\nb.pdf,1200\n")
    with pytest.raises(MetadataError) as caught:
        load_metadata(file)
    assert all(f"line {number}" in str(caught.value) for number in (2, 3, 4))


def test_records_and_reports_are_no_metadata(tmp_path: Path) -> None:
    assert not is_metadata(STARTER)
    plain = tmp_path / "data.csv"
    plain.write_text("a,b\n1,2\n")
    assert not is_metadata(plain)


@pytest.mark.shared
def test_the_manifests_of_the_shared_reports(shared: Path) -> None:
    assert len(load_metadata(shared / "reports" / "manifest.tsv")) == 90
    assert len(load_metadata(shared / "hard" / "manifest.tsv")) == 165


def test_the_starter_library_loads_whole() -> None:
    records = load_records(STARTER.read_bytes(), origin="starter")
    assert len({record.record_id for record in records}) == 111
    known = next(r for r in records if r.record_id == "eef-mentoring")
    assert known.metadata.rating.evidence == "4 padlocks of 5"
    page = read_record(known.data).pages[0]
    finding = json.loads(known.data)["finding"]
    assert finding in page.text


def test_all_faults_of_records_are_told_at_once() -> None:
    good = {"id": "a", "centre": "eef", "title": "T", "url": "https://x.org", "finding": "F"}
    lines = [good, {**good, "url": "ftp://x"}, {"id": "b"}, good]
    data = "\n".join(json.dumps(line) for line in lines).encode()
    with pytest.raises(MetadataError) as caught:
        load_records(data, origin="r.jsonl")
    told = str(caught.value)
    assert "line 2: url" in told
    assert "line 3: centre" in told
    assert "line 4: the id a stands on line 1 too" in told


def test_the_registry_of_centres(tmp_path: Path) -> None:
    centres = load_centres()
    assert {"nice", "eef", "foundations", "wellbeing"} <= {centre.id for centre in centres}
    assert identify_centre("NICE") == "nice"
    assert identify_centre("National Institute for Clinical Excellence") == "nice"
    assert identify_centre("Grattan Institute ") == "Grattan Institute"
    broken = tmp_path / "centres.toml"
    broken.write_text('[[centre]]\nid = "x"\n')
    with pytest.raises(RegistryError, match="name"):
        load_centres(broken)
