"""Reading BEIR folders, whole and broken."""

from pathlib import Path

import pytest

from search.evaluation.dataset import DatasetUnusable, Document, load_dataset

CORPUS = '{"_id": "d1", "title": "One", "text": "first"}\n{"_id": "d2", "text": "second"}\n'
QUERIES = '{"_id": "q1", "text": "a?", "metadata": {"x": 1}}\n{"_id": "q2", "text": "b?"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td9\t1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(CORPUS)
    (tmp_path / "queries.jsonl").write_text(QUERIES)
    (tmp_path / "qrels" / "dev.tsv").write_text(QRELS)
    return tmp_path


def test_one_split_is_read_with_its_judged_questions(folder: Path) -> None:
    dataset = load_dataset(folder, "dev")

    assert dataset.corpus == {"d1": Document("One", "first"), "d2": Document("", "second")}
    assert dataset.queries == {"q1": "a?"}
    assert dataset.qrels == {"q1": {"d1": 2, "d9": 1}}
    assert (dataset.name, dataset.split) == (folder.name, "dev")


def test_judgements_without_a_line_of_headings_are_read(folder: Path) -> None:
    (folder / "qrels" / "dev.tsv").write_text("q1\td1\t1\n")

    assert load_dataset(folder, "dev").qrels == {"q1": {"d1": 1}}


def test_all_faults_are_named_at_once(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text('{"_id": "d1"}\nnot json\n' + CORPUS + CORPUS)
    (folder / "qrels" / "dev.tsv").write_text(QRELS + "q1\td1\nq1\td2\thigh\nq7\td1\t1\n")

    with pytest.raises(DatasetUnusable) as refused:
        load_dataset(folder, "dev")

    message = str(refused.value)
    for fault in (
        "corpus.jsonl:1: text",
        "corpus.jsonl:2",
        "corpus.jsonl:5: d1 stands here a second time",
        "dev.tsv:4",
        "dev.tsv:5",
        "question q7 is judged",
    ):
        assert fault in message


def test_a_missing_split_names_those_there_are(folder: Path) -> None:
    with pytest.raises(DatasetUnusable, match=r"test\.tsv is missing") as refused:
        load_dataset(folder, "test")
    assert refused.value.cure is not None
    assert "dev" in refused.value.cure


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnusable, match=r"corpus\.jsonl is missing"):
        load_dataset(tmp_path, "dev")


def test_no_judgements_are_refused(folder: Path) -> None:
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n")

    with pytest.raises(DatasetUnusable, match="empty"):
        load_dataset(folder, "dev")


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "queries.jsonl").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DatasetUnusable, match="cannot be read"):
        load_dataset(folder, "dev")
