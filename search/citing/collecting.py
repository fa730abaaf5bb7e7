"""An answer, or a report by itself, as something to take away."""

from collections.abc import Iterator
from datetime import date

from corpus.types import Passage, Report
from search.citing.permalinks import permalink
from search.citing.reference import centre_name, reference_of
from search.citing.types import Excerpt, Inquiry, Source, Takeaway
from search.citing.wording import one_line, pages_cited
from search.types import Answer, Filters, ScoredPassage
from search.understanding import reading_words


def collect(answer: Answer, *, site: str, asked: date) -> Takeaway:
    """The reports of an answer with what is quoted of them.

    Args:
        answer: of a searcher.
        site: where the service is reached, for permalinks; no slash at its end.
        asked: the day to date it by.
    """
    sources = tuple(
        Source(
            reference_of(group.report),
            tuple(
                _excerpt(
                    hit.passage, hit.report, hit.rank, _address(hit, answer, site), hit.confidence
                )
                for hit in group.hits
            ),
        )
        for group in answer.groups
    )
    inquiry = Inquiry(answer.query, asked, filter_words(answer.filters), tuple(_said(answer)))
    return Takeaway(sources, inquiry)


def _said(answer: Answer) -> Iterator[str]:
    """How the question was read and what the statement says, verdicts that differ side by side."""
    said = answer.statement
    yield from reading_words(answer.reading)
    yield from (part.words for part in said.parts)
    if said.differ:
        yield "Verdicts differ; what was tested may differ too."
        for verdict in said.verdicts:
            for quoted in verdict.quoted:
                words = one_line(quoted.words)
                yield f"{verdict.direction.label} ({quoted.report_id}): \u201c{words}\u201d"
    shown = {group.report.report_id for group in answer.groups}
    if missing := [each for each in said.reports if each not in shown]:
        yield f"It rests on reports not quoted below too: {', '.join(missing)}."


def cite(report: Report) -> Takeaway:
    """A report's reference alone."""
    return Takeaway((Source(reference_of(report)),))


def _address(hit: ScoredPassage, answer: Answer, site: str) -> str:
    return f"{site}{permalink(hit.passage, answer.generation, answer.model)}"


def quote(
    passage: Passage, report: Report, *, rank: int, address: str, confidence: float | None = None
) -> tuple[Excerpt, Source]:
    """A passage by itself, with its report.

    Args:
        passage: what is quoted.
        report: which it is from.
        rank: its place among the others that are taken away, from 1.
        address: its permalink, from the service's address on.
        confidence: the estimated chance that it answers, where something was asked.
    """
    return _excerpt(passage, report, rank, address, confidence), Source(reference_of(report))


def _excerpt(
    passage: Passage, report: Report, rank: int, address: str, confidence: float | None
) -> Excerpt:
    return Excerpt(
        rank=rank,
        passage_id=passage.passage_id,
        text=passage.text,
        pages=pages_cited(passage, report),
        section=passage.section,
        permalink=address,
        confidence=None if confidence is None else round(confidence, 3),
    )


def filter_words(filters: Filters) -> tuple[str, ...]:
    """The filters that were on, a few words each."""
    several = {
        "Centre": [centre_name(centre) for centre in filters.centres],
        "Kind of document": [kind.value for kind in filters.document_types],
        "Topic": filters.topics,
        "Language": filters.languages,
        "Study design": [design.label for design in filters.designs],
        "Direction": [direction.label for direction in filters.directions],
    }
    bounds = {
        "Published from": filters.year_from,
        "Published up to": filters.year_to,
        "Strength on the common scale at least": filters.strength_from,
        "Cost on the common scale at most": filters.cost_to,
    }
    told = [f"{name}: {' or '.join(values)}" for name, values in several.items() if values]
    return (*told, *(f"{name} {value}" for name, value in bounds.items() if value is not None))
