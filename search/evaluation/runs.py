"""Runs on disk, in the format of trec_eval."""

from pathlib import Path

from search.errors import SearchError
from search.evaluation.measures import Run


def write_trec_run(run: Run, file: Path, *, tag: str) -> None:
    """Write `query Q0 document rank score tag` lines, best first, ranks from 1.

    Raises:
        SearchError: an id or the tag has white space in it or is empty, which the format
            has no way to write, or the file cannot be written.
    """
    names = {tag, *run, *(document for scores in run.values() for document in scores)}
    unfit = sorted(name for name in names if len(name.split()) != 1 or name != name.strip())
    if unfit:
        raise SearchError(
            f"A TREC run cannot name {unfit[0]!r}: ids must have no white space.",
            cure="Rename it in the dataset.",
        )
    lines = [
        f"{query} Q0 {document} {rank} {score!r} {tag}\n"
        for query, scores in run.items()
        for rank, (document, score) in enumerate(_ranked(scores), start=1)
    ]
    try:
        file.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise SearchError(
            f"The run cannot be written: {error}", cure="Give a folder that can be written to."
        ) from error


def _ranked(scores: dict[str, float]) -> list[tuple[str, float]]:
    ordered = sorted(scores.items(), key=lambda item: item[0])
    return [
        (document, float(score)) for document, score in sorted(ordered, key=lambda item: -item[1])
    ]
