"""Related studies on standard output, for people."""

import shutil
from typing import Final

from rich.console import Console
from rich.text import Text

from cli.render import print_head
from corpus.types import Report
from search.citing.wording import page_words, pages_cited
from search.related import ClosePair, Related, RelatedReport

SHOWN: Final = 300  # characters of a passage of the pair; the library has the rest


def print_related(answer: Related) -> None:
    """The nearest reports, each with its closest pair of passages side by side."""
    console = Console(highlight=False, width=min(shutil.get_terminal_size().columns, 100))
    probe = answer.probe
    console.print(Text(f"Related to: {probe.title or 'the text given'}", style="bold"))
    if len(probe.passages) < probe.total:
        told = f"{len(probe.passages)} of its {probe.total} passages, evenly spread, were compared."
        console.print(Text(told, style="dim"))
    for same in answer.same:
        console.print(Text(f"The library holds this text: {same.report_id}", style="yellow"))
    if probe.family:
        console.print(Text("\nThe same study:", style="bold"))
    for relative in probe.family:
        told = f"  {relative.title} ({relative.role}, {relative.report_id}): {relative.because}"
        console.print(Text(told))
    if not any(each.close for each in answer.reports):
        within = " within these filters" if answer.filters.active else ""
        console.print(Text(f"\nNothing in this library{within} is close to it.", style="bold"))
        if answer.reports:
            console.print("The nearest all the same:")
    for each in answer.reports:
        _print_report(each, console)
    console.print(f"\n{answer.took_ms.get('total', 0.0):.0f} ms", style="dim")


def _print_report(related: RelatedReport, console: Console) -> None:
    print_head(related.report, console)
    pair = related.pairs[0]
    why = [f"nearness {related.score:.2f}" + ("" if related.close else ", not close")]
    if related.topics:
        why.append("topics: " + ", ".join(related.topics))
    if pair.words:
        why.append("words: " + ", ".join(pair.words))
    console.print(Text(" · ".join(why), style="dim"))
    console.print(_side("asked", _pages(pair), pair.probe.text))
    console.print(_side("found", _cited(pair, related.report), pair.passage.text))


def _side(name: str, where: str, text: str) -> Text:
    words = " ".join(text.split())
    cut = words if len(words) <= SHOWN else words[:SHOWN].rsplit(" ", 1)[0] + " …"
    line = Text(f"  {name}", style="bold")
    line.append(f" {where}: " if where else ": ", style="dim")
    return line.append_text(Text(cut))


def _pages(pair: ClosePair) -> str:
    return f"page {', '.join(map(str, pair.probe.pages))}" if pair.probe.pages else ""


def _cited(pair: ClosePair, report: Report) -> str:
    where = page_words(pages_cited(pair.passage, report))
    return " · ".join(part for part in (where, pair.passage.passage_id) if part)
