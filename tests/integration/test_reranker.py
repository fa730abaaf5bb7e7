"""A small cross-encoder made here: prepared, loaded, and asked to put a ranking in order."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from search.errors import EncoderError
from search.index.embedded import Generation
from search.reranker import Reranker, load_reranker
from search.reranker.load import MODEL_FILE, MOST_PASSAGES, read_record
from search.reranker.prepare import BUDGET_S, FEWEST_PASSAGES, affordable, prepare_reranker
from search.reranker.types import Logits
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

QUESTION = "Does mentoring cut crime?"
READS = 12
TEXTS = [
    "Mentoring cut crime by a fifth.",
    "Street lighting was improved in two towns, and burglaries fell in both of them.",
    "",
    "word " * 400,
]


def _model(folder: Path, labels: int = 1) -> Path:
    from tests.models import make_reranker  # noqa: PLC0415 - imports torch

    return make_reranker(folder, labels)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _model(tmp_path_factory.mktemp("cross-encoder"))


@pytest.fixture(scope="module")
def prepared(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "reranker"
    prepare_reranker(str(source), folder)
    return folder


def test_it_scores_as_the_model_does(source: Path, prepared: Path) -> None:
    from tests.models import logits_of  # noqa: PLC0415 - imports torch

    found = load_reranker(prepared).score(QUESTION, TEXTS)
    wanted = logits_of(source, QUESTION, TEXTS)
    assert np.allclose(found, wanted, atol=0.02)  # eight bits


def test_preparing_again_does_nothing(source: Path, prepared: Path) -> None:
    before = (prepared / MODEL_FILE).stat().st_mtime_ns
    prepare_reranker(str(source), prepared)
    assert (prepared / MODEL_FILE).stat().st_mtime_ns == before


def test_as_many_passages_are_read_as_was_asked_or_as_there_is_time_for(
    source: Path, prepared: Path
) -> None:
    assert FEWEST_PASSAGES <= read_record(prepared).passages <= MOST_PASSAGES
    prepare_reranker(str(source), prepared, passages=5)
    assert load_reranker(prepared).passages == 5


class _Slow:
    """Takes its time for each text."""

    name = "slow"
    passages = 1

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def score(self, question: str, texts: Sequence[str]) -> Logits:
        assert question
        time.sleep(self._seconds * len(texts))
        return np.zeros(len(texts), np.float32)


def test_a_slow_machine_reads_fewer() -> None:
    assert affordable(_Slow(BUDGET_S / 3)) == FEWEST_PASSAGES
    assert FEWEST_PASSAGES < affordable(_Slow(BUDGET_S / 8.5)) <= 8
    assert affordable(_Slow(0)) == MOST_PASSAGES


def test_a_damaged_reranker_is_refused(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path / "r")
    (tmp_path / "r" / MODEL_FILE).write_bytes(b"no model")
    with pytest.raises(EncoderError, match="damaged"):
        load_reranker(tmp_path / "r")


def test_what_is_no_reranker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="gives 3 scores"):
        prepare_reranker(str(_model(tmp_path / "three", labels=3)), tmp_path / "r")
    with pytest.raises(EncoderError, match="no prepared reranker"):
        load_reranker(tmp_path / "nothing")


class _Backwards:
    """Prefers what comes last."""

    name = "backwards"
    passages = READS

    def score(self, question: str, texts: Sequence[str]) -> Logits:
        assert question == "mentoring crime"
        return np.arange(len(texts), dtype=np.float32)


@pytest.fixture
def small(tmp_path: Path) -> Generation:
    encoder = HashingEncoder()
    texts = [("a", f"Mentoring and crime, part {n}: {'mentoring ' * n}") for n in range(5)]
    return generation(tmp_path, content([report("a", "A")], texts, encoder), encoder)


def _ask(small: Generation, reranker: Reranker | None) -> list[tuple[str, int | None]]:
    answer = Searcher(small, HashingEncoder(), reranker=reranker).ask("mentoring crime")
    assert [hit.rank for hit in answer.hits] == list(range(1, 6))
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    return [
        (hit.passage.passage_id, hit.reranked.rank if hit.reranked else None) for hit in answer.hits
    ]


def test_the_searcher_says_where_the_reranker_put_each(small: Generation) -> None:
    plain = _ask(small, None)
    assert {rank for _, rank in plain} == {None}
    again = dict(_ask(small, _Backwards()))
    assert again.keys() == {passage for passage, _ in plain}
    assert [again[passage] for passage, _ in plain] == [5, 4, 3, 2, 1]


def test_only_the_best_are_read_and_stay_above_the_rest(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    texts = [("a", f"Mentoring and crime, part {n}: {'mentoring ' * n}") for n in range(30)]
    made = generation(tmp_path, content([report("a", "A")], texts, encoder), encoder)
    plain = Searcher(made, encoder).ask("mentoring crime", k=30).hits
    hits = Searcher(made, encoder, reranker=_Backwards()).ask("mentoring crime", k=30).hits
    assert [hit.reranked is not None for hit in hits] == [True] * READS + [False] * (
        len(hits) - READS
    )
    assert [hit.rank for hit in hits] == list(range(1, len(plain) + 1))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
