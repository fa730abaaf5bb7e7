"""Measures of small runs worked out by hand, and runs written to disk."""

import math
from pathlib import Path

import ir_measures
import pytest

from search.errors import SearchError
from search.evaluation.dataset import Dataset, Document
from search.evaluation.measures import MEASURES, evaluate, measure
from search.evaluation.runs import write_trec_run

QRELS = {"q1": {"a": 1, "b": 1}, "q2": {"c": 1}}


def test_values_are_those_worked_out_by_hand() -> None:
    found = measure(QRELS, {"q1": {"x": 3.0, "a": 2.0, "y": 1.0}, "q2": {"c": 1.0}})

    ideal = 1 + 1 / math.log2(3)
    assert found.by_query["nDCG@10"] == pytest.approx({"q1": (1 / math.log2(3)) / ideal, "q2": 1})
    assert found.by_query["RR@10"] == pytest.approx({"q1": 0.5, "q2": 1})
    assert found.by_query["R@100"] == pytest.approx({"q1": 0.5, "q2": 1})
    assert found.means["RR@10"] == pytest.approx(0.75)


@pytest.mark.parametrize("missed", [{}, {"q1": {}}, {"q9": {"a": 1.0}}])
def test_a_question_that_a_run_missed_scores_zero(missed: dict[str, dict[str, float]]) -> None:
    found = measure(QRELS, missed | {"q2": {"c": 1.0}})

    assert found.by_query["nDCG@10"] == {"q1": 0.0, "q2": 1.0}
    assert found.means["nDCG@10"] == 0.5


def test_every_run_is_measured_under_its_name() -> None:
    dataset = Dataset("d", "dev", {"a": Document("", "t")}, {"q1": "?", "q2": "?"}, QRELS)

    table = evaluate(dataset, {"good": {"q2": {"c": 1.0}}, "none": {}})

    assert list(table) == ["good", "none"]
    assert list(table["good"].means) == list(MEASURES)
    assert table["none"].means["R@100"] == 0


def test_a_written_run_reads_back_with_the_same_measures(tmp_path: Path) -> None:
    run = {"q1": {"x": 0.1 + 0.2, "a": 0.3, "b": 1e-9}, "q2": {"d": -1.0, "c": -0.5}}
    write_trec_run(run, tmp_path / "run.txt", tag="dense")

    lines = (tmp_path / "run.txt").read_text().splitlines()
    back: dict[str, dict[str, float]] = {query: {} for query in run}
    rows = ir_measures.read_trec_run(str(tmp_path / "run.txt"))  # type: ignore[no-untyped-call]
    for row in rows:
        back[row.query_id][row.doc_id] = row.score

    assert lines[0] == "q1 Q0 x 1 0.30000000000000004 dense"
    assert lines[3] == "q2 Q0 c 1 -0.5 dense"
    assert back == run
    assert measure(QRELS, back) == measure(QRELS, run)


@pytest.mark.parametrize("document", ["two words", "", "tab\tbed", " led"])
def test_an_id_that_the_format_cannot_hold_is_refused(tmp_path: Path, document: str) -> None:
    with pytest.raises(SearchError, match="white space"):
        write_trec_run({"q": {document: 1.0}}, tmp_path / "run.txt", tag="t")
    assert not (tmp_path / "run.txt").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="cannot be written"):
        write_trec_run({"q": {"d": 1.0}}, tmp_path / "none" / "run.txt", tag="t")
