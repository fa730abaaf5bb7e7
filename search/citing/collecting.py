"""An answer, or a report by itself, as something to take away."""

from datetime import date

from corpus.types import Passage, Report
from search.citing.permalinks import permalink
from search.citing.reference import centre_name, reference_of
from search.citing.types import Excerpt, Inquiry, Source, Takeaway
from search.citing.wording import pages_cited
from search.types import Answer, Filters


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
                _excerpt(hit.passage, hit.report, hit.rank, site, answer.generation)
                for hit in group.hits
            ),
        )
        for group in answer.groups
    )
    statement = tuple(part.words for part in answer.statement.parts)
    inquiry = Inquiry(answer.query, asked, filter_words(answer.filters), statement)
    return Takeaway(sources, inquiry)


def cite(report: Report) -> Takeaway:
    """A report's reference alone."""
    return Takeaway((Source(reference_of(report)),))


def quote(
    passage: Passage, report: Report, *, rank: int, site: str, generation: str
) -> tuple[Excerpt, Source]:
    """A passage by itself, with its report.

    Args:
        passage: what is quoted.
        report: which it is from.
        rank: its place among the others that are taken away, from 1.
        site: as in `collect`.
        generation: which it came out of.
    """
    return _excerpt(passage, report, rank, site, generation), Source(reference_of(report))


def _excerpt(passage: Passage, report: Report, rank: int, site: str, generation: str) -> Excerpt:
    return Excerpt(
        rank=rank,
        passage_id=passage.passage_id,
        text=passage.text,
        pages=pages_cited(passage, report),
        section=passage.section,
        permalink=f"{site}{permalink(passage, generation)}",
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
