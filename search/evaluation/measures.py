"""Measures of rankings, through ir_measures.

A run is what a setting returned: for each question, documents with scores (higher is
better; ties go by document id). A judged question that a run missed scores zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import ir_measures
from ir_measures import RR, R, nDCG

from search.evaluation.dataset import Dataset, Qrels

Run = dict[str, dict[str, float]]

#: The first is the one settings are chosen by.
MEASURES: Final = {"nDCG@10": nDCG @ 10, "R@100": R @ 100, "RR@10": RR @ 10}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run's measures: the mean over all judged questions, and each question's own."""

    means: dict[str, float]
    by_query: dict[str, dict[str, float]]  # measure -> question -> value


def evaluate(dataset: Dataset, runs: Mapping[str, Run]) -> dict[str, Evaluation]:
    """Measure every run of a dataset; the result keeps the runs' names and order."""
    return {name: measure(dataset.qrels, run) for name, run in runs.items()}


def measure(qrels: Qrels, run: Run) -> Evaluation:
    """Measure one run against the judgements."""
    by_query = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    names = {value: name for name, value in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
        by_query[names[metric.measure]][metric.query_id] = float(metric.value)
    means = {name: sum(values.values()) / len(values) for name, values in by_query.items()}
    return Evaluation(means=means, by_query=by_query)
