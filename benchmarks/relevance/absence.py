"""Fit and judge the estimate that a passage answers: knowing when there is no answer.

    python -m benchmarks.relevance.absence ../shared/qrels HOME

HOME is indexed from ../shared/reports. Training pairs: for each judged question its best ranked
answering passage, against the best passage that is left when the answering document is taken out;
every set weighs the same. Of the policy questions only the dev part trains; the test part and the
questions of a foreign domain (aerodynamics) are for judging. Prints the weights for
`search/confidence.py`.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.relevance.policy.questions import load_questions
from corpus.home import Home
from corpus.passages import PassageRules
from search.confidence import MAY_ANSWER
from search.encoder.load import load_encoder
from search.encoder.types import Encoder
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.retrieval import collect, cut, encode_all
from search.fusion import FusionRules
from search.index.terms import beginning
from search.loading import encoder_folder, load_searcher
from search.searcher import LOOKED_AT, Searcher
from search.understanding import names_in

SETS: Final = ("scifact-train", "pira-ocean", "covid-qa-long")
FOREIGN: Final = "cranfield"
MOST: Final = 600  # questions of a set

Rows = NDArray[np.float64]  # (questions, 3): cosine, lead, unnamed
Row = tuple[float, float, float]
Pairs = tuple[Rows, NDArray[np.int64]]


def main() -> None:
    """Fit on training pairs, print weights and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qrels", type=Path)
    parser.add_argument("home", type=Path)
    given = parser.parse_args()
    searcher = load_searcher(given.home)
    encoder = load_encoder(encoder_folder(Home(given.home), searcher.spec.name))
    sets = [_of_set(load_dataset(given.qrels / name, "dev"), encoder) for name in SETS]
    sets.append(_of_policy(searcher, "dev"))
    rows, right = (np.concatenate(each) for each in zip(*sets, strict=True))
    weight = np.concatenate([np.full(len(answers), 1 / len(answers)) for _, answers in sets])
    spread = rows.std(axis=0)
    fitted = LogisticRegression(C=10).fit(rows / spread, right, sample_weight=weight * len(sets))
    weights = fitted.coef_[0] / spread
    print(f"trained on {len(right):,} pairs of {', '.join(SETS)} and policy dev")
    told = zip(("cosine", "lead", "unnamed"), weights, strict=True)
    print(", ".join(f"{name}={weight:.2f}" for name, weight in told), end=", ")
    print(f"constant={fitted.intercept_[0]:.2f}")
    with (given.qrels / FOREIGN / "queries.jsonl").open(encoding="utf-8") as lines:
        foreign = [_best(searcher, json.loads(line)["text"]) for line in lines]
    for part in ("dev", "test"):
        questions = load_questions(part)
        true = [_best(searcher, q.question) for q in questions if q.answerable]
        false = [_best(searcher, q.question) for q in questions if not q.answerable]
        _judge(f"policy {part}, judged unanswerable", true, false)
        _judge(f"policy {part}, foreign domain", true, foreign)


def _judge(kind: str, true: list[float], false: list[float]) -> None:
    area = roc_auc_score([1] * len(true) + [0] * len(false), true + false)
    kept, wrong = (np.mean(np.array(each) >= MAY_ANSWER) for each in (true, false))
    print(
        f"{kind}: {len(true)} with an answer, {len(false)} without; AUROC {area:.3f}; from "
        f"{MAY_ANSWER} on {kept:.0%} of answers kept, {wrong:.0%} answered falsely"
    )


def _best(searcher: Searcher, question: str) -> float:
    return searcher.ask(question, k=LOOKED_AT).statement.confidence


def _of_policy(searcher: Searcher, part: str) -> Pairs:
    rows: list[Row] = []
    right: list[int] = []
    for question in load_questions(part):
        answer = searcher.ask(question.question, k=100)
        hits = answer.hits
        middle = float(np.median([hit.dense.score or 0.0 for hit in hits]))
        answering = [hit for hit in hits if question.answered_by(hit)][:1]
        others = [hit for hit in hits if not question.in_report(hit)][:1]
        for hit, answers in [*((h, 1) for h in answering), *((h, 0) for h in others)]:
            cosine = hit.dense.score or 0.0
            unnamed = searcher.unnamed(answer.reading.names, hit.report.report_id)
            rows.append((cosine, cosine - middle, unnamed))
            right.append(answers)
    return np.array(rows), np.array(right)


def _of_set(dataset: Dataset, encoder: Encoder) -> Pairs:
    pairs = list(_pairs(dataset, encoder))
    return np.array([row for row, _ in pairs]), np.array([right for _, right in pairs])


def _pairs(dataset: Dataset, encoder: Encoder) -> Iterator[tuple[Row, int]]:
    owners, entries, texts = cut(dataset, encoder, PassageRules().fitted(encoder.spec.max_tokens))
    encoded = encode_all(texts, encoder, lambda _done, _total: None)
    questions = dict(list(dataset.queries.items())[:MOST])
    with tempfile.TemporaryDirectory() as name:
        at = collect(owners, entries, encoded, Path(name), encoder)
        for query, text in questions.items():
            found = at.ask(text, encoder.encode_query(text), FusionRules())
            good = {d for d, score in dataset.qrels[query].items() if score > 0}
            middle = float(np.median(found.dense))
            for answers in (1, 0):
                places = (
                    place
                    for place, ordinal in enumerate(found.ordinals.tolist())
                    if (owners[ordinal] in good) == bool(answers)
                )
                if (place := next(places, None)) is not None:
                    cosine = float(found.dense[place])
                    document = dataset.corpus[owners[found.ordinals[place]]]
                    unnamed = _unnamed(text, f"{document.title} {document.text}")
                    yield (cosine, cosine - middle, unnamed), answers


def _unnamed(question: str, text: str) -> float:
    """As `Searcher.unnamed`, over a document's text."""
    names = names_in(question)
    words = {word.casefold() for word in re.findall(r"[^\W_]+", text)}
    missed = sum(not any(word.startswith(beginning(name)) for word in words) for name in names)
    return missed / len(names) if names else 0.0


if __name__ == "__main__":
    main()
