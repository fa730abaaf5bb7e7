"""`evidence evaluate`: the product's retrieval measured on judged questions."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from corpus.home import Home
from corpus.passages import PassageRules
from indexer.progress import Progress
from indexer.settings import load_index_settings
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.encoder.types import EncoderSpec
from search.errors import IndexUnusable, NoIndex, SearchError
from search.evaluation.dataset import load_dataset
from search.evaluation.measures import MEASURES, Evaluation, evaluate
from search.evaluation.retrieval import run_all
from search.evaluation.runs import write_trec_run
from search.evaluation.significance import LEAST_QUESTIONS, Comparison, compare
from search.fusion import FusionRules
from search.loading import encoder_folder, index_source


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Measures by run, paired tests of fused against each half, and the settings.

    Of one question there is no test.
    """

    dataset: str
    split: str
    questions: int
    documents: int
    runs: Mapping[str, Evaluation]
    tests: Mapping[str, Comparison]
    encoder: EncoderSpec
    passage_rules: PassageRules
    fusion: FusionRules

    def to_json(self) -> str:
        """Means, tests and settings; the runs' names are keys at the top level."""
        body: dict[str, Any] = {
            "dataset": self.dataset,
            "split": self.split,
            "questions": self.questions,
            "documents": self.documents,
            **{name: run.means for name, run in self.runs.items()},
            "tests": {name: asdict(test) for name, test in self.tests.items()},
            "encoder": asdict(self.encoder),
            "passage_rules": asdict(self.passage_rules),
            "fusion": asdict(self.fusion),
        }
        return json.dumps(body, indent=2)


def evaluate_dataset(
    home: Path,
    folder: Path,
    *,
    split: str | None,
    model: str | None,
    runs_to: Path | None,
    progress: Progress,
) -> Evaluated:
    """Measure lexical, dense and fused retrieval on one split of a dataset.

    Raises:
        DatasetUnusable: the folder is no dataset in BEIR layout.
        EncoderError: the model cannot be prepared.
    """
    place = Home(home)
    dataset = load_dataset(folder, split or _only_split(folder))
    chosen = model or _model_of(place)
    prepared = encoder_folder(place, chosen)
    progress.start("Preparing the encoder", 1, "models")
    prepare_encoder(chosen, prepared, progress=progress.say)
    progress.advance()
    encoder = load_encoder(prepared)
    rules, fusion = PassageRules().fitted(encoder.spec.max_tokens), FusionRules()
    heard = 0

    def told(done: int, total: int) -> None:
        nonlocal heard
        if not heard:
            progress.start("Encoding passages", total, "passages")
        progress.advance(done - heard)
        heard = done

    runs = run_all(dataset, encoder, passage_rules=rules, fusion=fusion, told=told)
    if runs_to:
        runs_to.mkdir(parents=True, exist_ok=True)
        for name, run in runs.items():
            write_trec_run(run, runs_to / f"{dataset.name}.{name}.run", tag=name)
    measured = evaluate(dataset, runs)
    main = next(iter(MEASURES))
    tests = {
        f"fused - {half}": compare(measured["fused"].by_query[main], measured[half].by_query[main])
        for half in ("lexical", "dense", "halves")
        if len(dataset.queries) >= LEAST_QUESTIONS
    }
    return Evaluated(
        dataset.name,
        dataset.split,
        len(dataset.queries),
        len(dataset.corpus),
        measured,
        tests,
        encoder.spec,
        rules,
        fusion,
    )


def _only_split(folder: Path) -> str:
    """The dataset's split, where it has only one, or "dev" among several."""
    names = sorted(path.stem for path in (folder / "qrels").glob("*.tsv"))
    if len(names) == 1 or "dev" in names:
        return "dev" if "dev" in names else names[0]
    if not names:
        raise SearchError(
            f"{folder} is no judged dataset: it has no qrels/*.tsv.",
            cure="Name a folder in BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.",
        )
    raise SearchError(f"{folder} has the splits {', '.join(names)}.", cure="Name one with --split.")


def _model_of(place: Home) -> str:
    """The live index's model, or the default where none is live."""
    try:
        with closing(index_source(place, load_index_settings().engine)) as held:
            return held.manifest().encoder.name
    except (NoIndex, IndexUnusable):
        return DEFAULT_MODEL


def print_evaluated(found: Evaluated) -> None:
    """A table of means and the paired tests, on standard output, settings beneath."""
    console = Console(highlight=False)
    table = Table("run", *MEASURES, title=f"{found.dataset}, split {found.split}")
    for name, run in found.runs.items():
        table.add_row(name, *(f"{run.means[measure]:.4f}" for measure in MEASURES))
    console.print(table)
    for name, test in found.tests.items():
        console.print(
            f"{name}: {test.difference:+.4f} {next(iter(MEASURES))}, "
            f"p = {test.t_test_p:.2g} (paired t), {test.randomisation_p:.2g} (randomisation)"
        )
    console.print(
        f"{found.questions:,} questions, {found.documents:,} documents; {found.encoder.name} "
        f"({found.encoder.runtime}); {found.passage_rules}; {found.fusion}",
        style="dim",
    )
