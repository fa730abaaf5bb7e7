"""Real questions about real reports, answered at the right page.

Each question was written with its report open, worded unlike the page where that leaves it
clear which page answers. They show that the whole chain holds (reading, page numbers,
passages, both retrievers, fusion); they are too few to measure ranking by.
"""

import csv
import json
import re
from pathlib import Path

import pytest

from corpus.home import Home
from corpus.library.library import Library
from corpus.library.shelf import current_reports
from search.loading import load_searcher
from search.searcher import Searcher
from tests.terminal import here, run

QUESTIONS = Path(__file__).resolve().parents[1] / "data" / "policy_questions.tsv"
#: Reports that are not asked about, so that the right one has to be found.
OTHERS = (
    "nhs_blood-glucose-and-ketone-self-monitoring-guidance.pdf",
    "wsx_smoking-prevalence-briefing-march-2015.docx",
    "wsx_jsna-web-chapter-young-people.html",
    "manifest.tsv",
)


def _rows() -> list[dict[str, str]]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def indexed(shared: Path, tmp_path_factory: pytest.TempPathFactory, prepared_encoder: Path) -> Path:
    home = tmp_path_factory.mktemp("real") / "home"
    models = Home(home).models
    models.mkdir(parents=True)
    (models / "sentence-transformers--all-MiniLM-L6-v2").symlink_to(prepared_encoder)
    reports = tmp_path_factory.mktemp("reports")
    for name in {*OTHERS, *(row["file"] for row in _rows())}:
        (reports / name).symlink_to(shared / "reports" / name)
    here(home, "add", str(reports))
    run(home, "index")
    return home


@pytest.fixture(scope="module")
def searcher(indexed: Path) -> Searcher:
    return load_searcher(indexed)


@pytest.mark.shared
@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["question"][:50])
def test_the_right_page_is_among_the_first_three(row: dict[str, str], searcher: Searcher) -> None:
    hits = searcher.ask(row["question"], k=3).hits
    found = [(Path(h.report.file).name, span.page) for h in hits for span in h.passage.spans]
    assert (row["file"], int(row["page"])) in found


@pytest.mark.shared
def test_every_passage_is_verbatim_on_its_page(indexed: Path, searcher: Searcher) -> None:
    checked = 0
    with Library(Home(indexed).library) as library:
        for report in current_reports(library):
            pages = {page.number: page for page in library.readings.document(report.sha256).pages}
            for passage in searcher.report_passages(report.report_id):
                parts = [pages[s.page].text[s.start : s.end] for s in passage.spans]
                assert passage.text == "\n".join(parts)
                checked += 1
    assert checked > 550


@pytest.mark.shared
def test_the_terminal_prints_the_agreed_shape(indexed: Path) -> None:
    row = _rows()[0]
    answer = json.loads(here(indexed, "ask", row["question"], "--json", "--k", "10").stdout)
    assert {"query", "hits", "generation", "model", "took_ms"} <= answer.keys()
    assert len(answer["hits"]) == 10
    for rank, hit in enumerate(answer["hits"], start=1):
        assert hit["rank"] == rank
        assert hit["pages"][0]["number"] >= 1
        for mark in hit["highlights"]:
            assert 0 <= mark["start"] < mark["end"] <= len(hit["text"])
        assert {"report_id", "title", "centre", "year", "url", "file", "rating"} <= (
            hit["report"].keys()
        )


@pytest.mark.shared
def test_metadata_beside_the_reports_is_used(searcher: Searcher) -> None:
    report = searcher.ask("HbA1c target", k=1).hits[0].report
    assert report.metadata.centre == "nice"
    assert re.fullmatch(r"Type 2 diabetes in adults: management.*", report.title)


@pytest.mark.shared
def test_status_accounts_for_every_file(indexed: Path) -> None:
    told = json.loads(here(indexed, "status", "--json").stdout)
    names = {Path(account["file"]).name for account in told["files"]}
    assert names == {row["file"] for row in _rows()} | set(OTHERS) - {"manifest.tsv"}
    assert {account["state"] for account in told["files"]} == {"indexed"}
