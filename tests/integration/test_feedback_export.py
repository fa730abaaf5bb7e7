"""Judgements of real visitors' kind into the evaluation harness, and through a backup."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.feedback
import cli.judged  # noqa: F401 - register their commands
from api.feedback.exporting import as_dataset
from api.feedback.store import FeedbackStore
from api.feedback.types import Judgement, Opinion
from cli.app import app
from corpus.home import Home
from indexer.backup import back_up
from indexer.restore import restore
from search.citing.permalinks import text_sha256
from search.encoder.models import DEFAULT_MODEL
from search.evaluation.dataset import load_dataset, write_dataset
from search.index.protocol import Index
from tests.backends import Backend
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
TEXTS = [
    ("a", "Mentoring keeps young people out of crime."),
    ("a", "Breakfast clubs help pupils to read."),
    ("b", "Street lights cut burglary at night."),
    ("b", "Hot spots policing cuts crime nearby."),
]
QUESTION = "Does mentoring cut crime?"
DAY = date(2026, 3, 4)
USEFUL, NOT = Opinion.USEFUL, Opinion.NOT_USEFUL


@pytest.fixture
def index(tmp_path: Path) -> Index:
    made = content([report("a", "Youth"), report("b", "Places")], TEXTS, ENCODER)
    return generation(tmp_path / "home", made, ENCODER)


@pytest.fixture
def kept_anywhere(backend: Backend) -> Index:
    return backend(content([report("a", "Youth"), report("b", "Places")], TEXTS, ENCODER), ENCODER)


def _said(
    index: Index, passage: str, *verdicts: Opinion, question: str = QUESTION
) -> list[Judgement]:
    digest = text_sha256(index.store.passage(passage).passage)
    whole = Judgement(question, USEFUL, DAY, "g", passage, digest, "a", 1, 1)
    return [replace(whole, verdict=verdict) for verdict in verdicts]


def test_the_majority_counts_and_what_is_left_out_is_counted(kept_anywhere: Index) -> None:
    index = kept_anywhere
    said = [
        *_said(index, "p0", USEFUL, USEFUL, NOT),
        *_said(index, "p0", USEFUL, question="does  MENTORING cut crime?"),
        *_said(index, "p1", NOT),
        *_said(index, "p2", USEFUL, NOT),  # a tie
        *_said(index, "p3", NOT, question="Do lights help?"),  # nothing useful
        Judgement(QUESTION, NOT, DAY, "g"),  # a whole answer
        *(replace(each, text_sha256="0" * 64) for each in _said(index, "p3", USEFUL)),
        *(replace(each, passage_id="gone") for each in _said(index, "p3", USEFUL)),
    ]
    dataset, left_out = as_dataset(said, index)
    ((query, scores),) = dataset.qrels.items()
    assert scores == {"p0": 1, "p1": 0}
    assert dataset.queries == {query: QUESTION}
    assert len(dataset.corpus) == len(TEXTS)
    assert dataset.corpus["p2"].title == "Places"
    assert (left_out.answers, left_out.changed, left_out.ties, left_out.questions) == (1, 2, 1, 1)


def test_what_is_written_is_read_back(index: Index, tmp_path: Path) -> None:
    odd = "Does\tmentoring “cut”\u2028crime?"
    dataset, _ = as_dataset(_said(index, "p0", USEFUL, question=odd), index)
    write_dataset(dataset, tmp_path / "feedback")
    assert load_dataset(tmp_path / "feedback", "feedback") == dataset


def test_the_harness_runs_on_an_export(home: Path, index: Index, tmp_path: Path) -> None:
    made = content([report("a", "Youth"), report("b", "Places")], TEXTS, ENCODER)
    generation(home, made, ENCODER).store.close()
    said = [
        *_said(index, "p0", USEFUL),
        *_said(index, "p2", NOT),
        *_said(index, "p2", USEFUL, question="Do street lights cut burglary?"),
    ]
    for each in said:
        FeedbackStore(Home(home).feedback).add(each)
    out = tmp_path / "feedback"
    done = CliRunner().invoke(
        app, ["feedback", "export", "--as", "qrels", str(out), "--home", str(home)]
    )
    assert done.exit_code == 0, done.output
    assert "2 questions, 3 judged passages" in done.output
    assert "0 passages as often useful as not" in done.output
    measured = CliRunner().invoke(
        app, ["evaluate", str(out), "--home", str(home), "--json", "--model", DEFAULT_MODEL]
    )
    assert measured.exit_code == 0, measured.output
    assert '"questions": 2' in measured.stdout


def test_it_stands_in_a_backup(index: Index, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    store = FeedbackStore(home.feedback)
    store.add(_said(index, "p0", USEFUL)[0])
    back_up(home, tmp_path / "home.tar")
    store.clear()
    restore(home, tmp_path / "home.tar", force=True)
    assert [each.passage_id for each in store.all()] == ["p0"]
