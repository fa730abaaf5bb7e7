"""Answers on standard output, for people; what was done, on standard error."""

import shutil
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from corpus.types import DocumentType, Passage, Report
from search.citing.wording import page_words, pages_cited
from search.types import Answer, ReportGroup, ScoredPassage
from search.understanding import reading_words

if TYPE_CHECKING:  # an answer is shown without what makes an index
    from indexer.adding import Addition
    from indexer.build import Built

NONE = "none"
SUMMARY_NOTICE = "This is a summary in this project's words; quote the centre's own page."


def print_additions(additions: Sequence["Addition"], console: Console) -> None:
    """How many files were added, and what next."""
    counts = Counter(addition.added.value for addition in additions)
    told = ", ".join(f"{count:,} {name}" for name, count in counts.most_common())
    console.print(f"{len(additions):,} added to the library: {told or 'nothing'}.")
    if set(counts) - {"unchanged", "duplicate"}:
        console.print("Next: `evidence index` makes them searchable.")


def print_built(built: "Built", console: Console) -> None:
    """What a build came to."""
    counts = built.manifest.counts
    holds = f"{counts.reports:,} reports, {counts.passages:,} passages"
    if not built.changed:
        console.print(f"Nothing to do: the index is up to date ({holds}).")
    else:
        console.print(
            f"Indexed {holds}; read {built.read:,} files, encoded {built.encoded:,} passages. "
            f"Live: generation {built.manifest.generation}."
        )
    if built.failed:
        console.print(
            f"[yellow]{built.failed:,} files could not be read[/]; `evidence status` says why."
        )


def print_answer(answer: Answer) -> None:
    """The passages by report, each with what it takes to quote it."""
    console = Console(highlight=False, width=min(shutil.get_terminal_size().columns, 100))
    console.print(Text(answer.query, style="bold"))
    for line in reading_words(answer.reading):
        console.print(Text(f"{line} (--exact searches for what was typed)", style="yellow"))
    if not answer.hits:
        console.print(
            "\nNothing was found in this library"
            + (" within these filters." if answer.filters.active else ".")
            + " That is not the same as evidence of no effect."
        )
        return
    _print_statement(answer, console)
    by = "By" if answer.statement.answered else "The nearest by"
    for theme in answer.themes:
        console.print(Text(f"{by} {theme.by}: {theme.label}: {', '.join(theme.reports)}"))
    for group in answer.groups:
        _print_group(group, console)
    total = answer.took_ms.get("total", 0.0)
    many = len(answer.hits)
    told = f"{many} passage" if many == 1 else f"{many} passages"
    console.print(f"\n{told} in {total:.0f} ms", style="dim")


def _print_statement(answer: Answer, console: Console) -> None:
    said = answer.statement
    ranks = {hit.passage.passage_id: hit.rank for hit in answer.hits}
    console.print()
    for part in said.parts:
        shown = [str(ranks[each]) for each in part.passages if each in ranks]
        if hidden := len(part.passages) - len(shown):
            shown.append(f"{hidden} not shown")
        beside = f" [{', '.join(shown)}]" if shown else ""
        console.print(Text(part.words + beside, style="bold" if part is said.parts[0] else ""))
    if said.differ:
        console.print(Text("Verdicts differ; what was tested may differ too:", style="yellow"))
        for verdict in said.verdicts:
            for quoted in verdict.quoted:
                told = f"{verdict.direction.label} ({quoted.report_id}): "
                console.print(Text(f"  {told}\u201c{' '.join(quoted.words.split())}\u201d"))


def _print_group(group: ReportGroup, console: Console) -> None:
    report = group.report
    print_head(report, console)
    for hit in group.hits:
        console.print()
        for shown in _hit(hit, report).wrap(console, console.width - 2):
            shown.rstrip()
            console.print(Text("  ") + shown, soft_wrap=True)


def print_head(report: Report, console: Console) -> None:
    """A report's title, what is known of it, its rating, where it is."""
    known = report.metadata
    about = " · ".join(
        str(part) for part in (known.centre, known.year, report.document_type) if part
    )
    console.print()
    console.print(Text(report.title, style="bold cyan"), soft_wrap=True)
    console.print(Text(about, style="dim"))
    for line in _rating_lines(report):
        console.print(Text(line))
    if known.url and urlsplit(known.url).scheme in {"http", "https"}:
        console.print(Text(known.url, style="blue underline"), soft_wrap=True)
    if report.document_type is DocumentType.RECORD:
        console.print(Text(SUMMARY_NOTICE, style="italic yellow"))


def _rating_lines(report: Report) -> list[str]:
    rating = report.metadata.rating
    named = (("Evidence", rating.evidence), ("Cost", rating.cost), ("Impact", rating.impact))
    lines = [f"{name}: {words}" for name, words in named if words]
    if lines and report.metadata.source == "secondary":
        lines.append("Rating seen on another page than the centre's own.")
    if report.assessment.words:
        lines.append(f"On the common scale: {report.assessment.words}")
    if report.designs:
        lines.append("Study design: " + ", ".join(tag.design.label for tag in report.designs))
    return lines


def _hit(hit: ScoredPassage, report: Report) -> Text:
    where = " · ".join(
        part
        for part in (page_words(pages_cited(hit.passage, report)), _section(hit.passage))
        if part
    )
    text = Text(f"{hit.rank}. ", style="bold")
    text.append(f"{where}\n" if where else "\n", style="dim")
    words = Text(hit.passage.text)
    for start, end in hit.highlights:
        words.stylize("bold reverse" if Console().is_terminal else "bold", start, end)
    text.append_text(words)
    ranks = f"dense rank {hit.dense.rank or NONE} · lexical rank {hit.lexical.rank or NONE}"
    why = f"\nscore {hit.score:.2f} · {ranks}"
    if hit.tokens is not None:
        why += f" · nearness of words {hit.tokens:.2f}"
    if hit.reranked:
        why += f" · reranker rank {hit.reranked.rank}"
    if hit.preferred:
        why += f" · preference {hit.preferred:+.2f}"
    why += f" · chance that it answers {hit.confidence:.0%}"
    if hit.duplicates:
        why += f" · {len(hit.duplicates)} near-identical passage(s) not shown"
    text.append(f"{why} · {hit.passage.passage_id}", style="dim")
    return text


def _section(passage: Passage) -> str:
    return " › ".join(passage.section)  # noqa: RUF001 - the mark of a path
