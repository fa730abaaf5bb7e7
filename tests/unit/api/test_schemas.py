"""The one shape of an answer, from the domain types alone."""

import json
from hashlib import sha256

from api.schemas.answers import SearchResponse
from api.schemas.reports import RatingOut, ReportOut
from corpus.findings import Rating
from corpus.types import BlockKind, DocumentType, Passage, Report, Span
from search.statement_types import EvidenceLevel, EvidenceStatement
from search.types import Answer, FacetCount, Filters, ScoredPassage, Standing
from search.understanding import as_typed
from tests.builders import report


def _passage(passage_id: str, report_id: str) -> Passage:
    spans = (Span(12, 0, 5), Span(12, 9, 12), Span(13, 0, 4))
    labels = ("10", None)
    return Passage(passage_id, report_id, "Verbatim.", spans, labels, ("A", "B"), BlockKind.TABLE)


def _hit(passage_id: str, of: Report, rank: int) -> ScoredPassage:
    return ScoredPassage(
        passage=_passage(passage_id, of.report_id),
        report=of,
        rank=rank,
        score=1.5 / rank,
        highlights=((0, 9),),
        dense=Standing(2, 0.8),
        lexical=Standing(None, 0.0),
        duplicates=("p9",),
    )


FIRST, SECOND = report("a", "One"), report("b", "Two")
ANSWER = Answer(
    query="What?",
    reading=as_typed("What?"),
    filters=Filters(centres=("eef",), year_from=2010, document_types=(DocumentType.PDF,)),
    hits=(_hit("p1", FIRST, 1), _hit("p2", SECOND, 2), _hit("p3", FIRST, 3)),
    facets={"centre": (FacetCount("eef", 2),)},
    statement=EvidenceStatement(EvidenceLevel.LIMITED, reports=("a",), years=(2010, 2012)),
    generation="g1",
    model="m",
    took_ms={"total": 1.25},
)


def test_the_shape_of_an_answer() -> None:
    body = json.loads(SearchResponse.from_answer(ANSWER).model_dump_json())
    assert body.keys() == {
        "query", "reading", "themes", "filters", "preference", "hits", "reports", "facets",
        "generation", "statement", "model", "took_ms", "next_cursor",
    }  # fmt: skip
    assert body["filters"] == {
        "centre": ["eef"],
        "year_from": 2010,
        "year_to": None,
        "document_type": ["pdf"],
        "topic": [],
        "language": [],
        "nation": [],
        "design": [],
        "direction": [],
        "strength_from": None,
        "cost_to": None,
    }
    assert body["facets"] == {"centre": [{"value": "eef", "count": 2}]}
    assert (body["generation"], body["model"], body["took_ms"]) == ("g1", "m", {"total": 1.25})


def test_the_shape_of_a_hit() -> None:
    hit = SearchResponse.from_answer(ANSWER).model_dump(mode="json")["hits"][0]
    told = {name: value for name, value in hit.items() if name != "report"}
    assert told == {
        "rank": 1,
        "score": 1.5,
        "passage_id": "p1",
        "text": "Verbatim.",
        "highlights": [{"start": 0, "end": 9}],
        "pages": [{"number": 12, "label": "10"}, {"number": 13, "label": None}],
        "section": ["A", "B"],
        "kind": "table",
        "why": {
            "dense": {"rank": 2, "score": 0.8},
            "lexical": {"rank": None, "score": 0.0},
            "tokens": None,
            "preferred": 0.0,
            "reranker": None,
        },
        "permalink": "/v1/passages/p1?text_sha256="
        f"{sha256(b'Verbatim.').hexdigest()}&generation=g1&model=m",
        "confidence": 0.0,
        "duplicates": ["p9"],
    }


def test_hits_by_report_in_order_of_the_best() -> None:
    groups = SearchResponse.from_answer(ANSWER).model_dump()["reports"]
    assert groups == [
        {"report_id": "a", "passage_ids": ["p1", "p3"]},
        {"report_id": "b", "passage_ids": ["p2"]},
    ]


def test_a_report_without_a_rating_says_null_and_one_with_says_the_centre_s_words() -> None:
    assert RatingOut.of(Rating()) is None
    given = RatingOut.of(Rating(evidence="Promising"))
    assert given == RatingOut(evidence="Promising", cost=None, impact=None)


def test_only_records_are_summaries() -> None:
    for kind in DocumentType:
        made = Report("a", "A", "a", "0", kind, FIRST.metadata)
        assert ReportOut.of(made).is_summary == (kind is DocumentType.RECORD)
