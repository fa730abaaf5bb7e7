"""Judgements as a dataset that `evidence evaluate` reads, and as lines of JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

from api.feedback.types import Judgement, Opinion
from search.evaluation.dataset import Dataset, Document, Qrels
from search.index.protocol import Index

SPLIT: Final = "feedback"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a dataset has no place for.

    `answers`: judgements of whole answers. `changed`: judgements of passages that are gone or say
    something else now. `ties`: pairs of question and passage as often useful as not. `questions`:
    those for which no passage was found useful, so that no ranking is better than another.
    """

    answers: int = 0
    changed: int = 0
    ties: int = 0
    questions: int = 0


def as_dataset(judgements: Iterable[Judgement], index: Index) -> tuple[Dataset, LeftOut]:
    """Questions, what was judged of each, and every passage that a question can find.

    Questions that differ in capitals and spaces only are one. Of a pair of question and passage
    the majority counts: 1 is useful, 0 is not.
    """
    corpus, digests = _corpus(index)
    answers = changed = ties = 0
    words: dict[str, str] = {}
    votes: dict[tuple[str, str], Counter[Opinion]] = {}
    for each in judgements:
        if each.passage_id is None:
            answers += 1
        elif digests.get(each.passage_id) != each.text_sha256:
            changed += 1
        else:
            query = _query_id(each.question)
            words.setdefault(query, each.question)
            votes.setdefault((query, each.passage_id), Counter())[each.verdict] += 1
    qrels: Qrels = {}
    for (query, passage), said in votes.items():
        useful, not_useful = said[Opinion.USEFUL], said[Opinion.NOT_USEFUL]
        if useful == not_useful:
            ties += 1
        else:
            qrels.setdefault(query, {})[passage] = int(useful > not_useful)
    judged = {query: scores for query, scores in qrels.items() if any(scores.values())}
    dataset = Dataset(
        name=SPLIT,
        split=SPLIT,
        corpus=corpus,
        queries={query: words[query] for query in judged},
        qrels=judged,
    )
    return dataset, LeftOut(answers, changed, ties, len(words) - len(judged))


def as_lines(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Each judgement as a line of JSON, what it lacks as null."""
    for each in judgements:
        yield json.dumps(asdict(each), ensure_ascii=False, default=str) + "\n"


def _query_id(question: str) -> str:
    plain = " ".join(question.casefold().split())
    return f"q-{sha256(plain.encode()).hexdigest()[:12]}"


def _corpus(index: Index) -> tuple[dict[str, Document], dict[str, str]]:
    """The passages that are ranked, and the SHA-256 of each one's text, by passage id."""
    corpus, digests = {}, {}
    for report in index.store.reports:
        ordinals = index.ranked_of(index.store.row_of(report.report_id))
        for stored in index.store.fetch(ordinals.tolist()).values():
            passage = stored.passage
            corpus[passage.passage_id] = Document(report.title, passage.text)
            digests[passage.passage_id] = sha256(passage.text.encode()).hexdigest()
    return corpus, digests
