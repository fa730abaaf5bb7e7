"""`evidence feedback`: what visitors said of answers, counted, given out, forgotten."""

from collections import Counter
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.feedback.errors import CannotExport
from api.feedback.store import FeedbackStore
from api.feedback.types import Judgement, Opinion
from cli.app import HomeOption, HomeThereOption, app, messages
from corpus.home import Home

feedback_app = typer.Typer(
    name="feedback",
    help="What visitors said of answers: count it, export it, clear it. See docs/feedback.md.",
)
app.add_typer(feedback_app)


class As(StrEnum):
    """What an export is."""

    QRELS = "qrels"  # a folder that `evidence evaluate` reads
    JSONL = "jsonl"  # every judgement, a line each


@feedback_app.callback(invoke_without_command=True)
def counts(context: typer.Context, home: HomeOption) -> None:
    """How many judgements there are, and what they say.

    Example: evidence feedback
    """
    if context.invoked_subcommand is not None:
        return
    Home(home).check_begun()
    kept = FeedbackStore(Home(home).feedback).all()
    typer.echo(f"judgements: {len(kept)}")
    if not kept:
        return
    typer.echo(f"days: {kept[0].day} to {kept[-1].day}")
    typer.echo(f"questions: {len({each.question.casefold() for each in kept})}")
    typer.echo(f"passages: {_verdicts([each for each in kept if each.passage_id])}")
    typer.echo(f"whole answers: {_verdicts([each for each in kept if not each.passage_id])}")
    for reason, count in Counter(each.reason for each in kept if each.reason).most_common():
        typer.echo(f"reason {reason.value}: {count}")


@feedback_app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The folder (qrels) or file (jsonl) to write.")],
    home: HomeThereOption,
    form: Annotated[As, typer.Option("--as", help="A dataset to evaluate with, or lines of JSON.")],
) -> None:
    """Write judgements where other programs, or `evidence evaluate`, read them.

    Of several judgements of one passage for one question the majority counts; what is left out is
    said.

    Example: evidence feedback export --as qrels feedback-2026 && evidence evaluate feedback-2026
    """
    kept = FeedbackStore(Home(home).feedback).all()
    if not kept:
        raise CannotExport("There is no feedback yet.", cure="Visitors give it on answers.")
    if out.exists():
        raise CannotExport(f"{out} is there already.", cure="Name another.")
    if form is As.QRELS:
        _export_qrels(kept, out, home)
        return
    from api.feedback.exporting import as_lines

    with out.open("w", encoding="utf-8") as file:
        file.writelines(as_lines(kept))
    messages().print(f"Wrote {len(kept):,} judgements to {out}.", markup=False)


def _export_qrels(kept: list[Judgement], out: Path, home: Path) -> None:
    from api.feedback.exporting import as_dataset
    from indexer.settings import load_index_settings
    from search.evaluation.dataset import write_dataset
    from search.loading import index_source

    source = index_source(Home(home), load_index_settings().engine)
    with closing(source), closing(source.open_current()) as index:
        dataset, left_out = as_dataset(kept, index)
    told = (
        f"left out: {left_out.answers} judgements of whole answers; {left_out.changed} of passages "
        f"that are gone or changed; {left_out.ties} passages as often useful as not; "
        f"{left_out.questions} questions for which no passage was found useful"
    )
    if not dataset.qrels:
        raise CannotExport(
            f"No question has a passage that was found useful ({told}).",
            cure="--as jsonl writes everything.",
        )
    write_dataset(dataset, out)
    judged = sum(map(len, dataset.qrels.values()))
    messages().print(
        f"Wrote {len(dataset.queries):,} questions, {judged:,} judged passages and a collection of "
        f"{len(dataset.corpus):,} passages to {out}; {told}.",
        markup=False,
        soft_wrap=True,
    )


@feedback_app.command()
def clear(
    home: HomeThereOption,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget all feedback, for good.

    Example: evidence feedback clear --yes
    """
    store = FeedbackStore(Home(home).feedback)
    if not yes:
        typer.confirm(f"Forget {len(store.all())} judgements for good?", abort=True)
    messages().print(f"Forgot {store.clear()} judgements.", markup=False)


def _verdicts(judgements: list[Judgement]) -> str:
    useful = sum(each.verdict is Opinion.USEFUL for each in judgements)
    return f"{useful} useful, {len(judgements) - useful} not useful"
