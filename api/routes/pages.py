"""The web page: a question box, and answers that can be quoted. Works without JavaScript."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.dependencies import AnySearcher, Site
from api.faults import describe_faults
from api.feedback.types import LONGEST_NOTE
from api.languages import N_, gettext, said
from api.parameters import SearchParameters
from api.problems import status_of
from api.routes.forms import MORE, THANKS, WHOLE, Asked
from api.routes.judging import REASONS, SAID
from api.routes.narrowing import chosen, facets, offered
from api.routes.oembed import FRAMED, oembed_address
from api.routes.pictures import picture_value
from api.routes.rendering import render
from corpus.centres import centre_names
from search.errors import InvalidQuery
from search.evidence_map import Axis, EvidenceMap, map_evidence
from search.examples import example_questions
from search.questions import LARGEST_K, LONGEST_QUESTION
from search.searcher import Searcher
from search.types import Answer

router = APIRouter(include_in_schema=False)

EXAMPLES: Final = 6
#: What can be ticked before asking.
TICKED: Final = ("centre", "topic", "nation")
#: What the form calls its fields.
FIELDS: Final = {
    "q": N_("The question"),
    "k": N_("The number of passages"),
    "year_from": N_("The first year"),
    "year_to": N_("The last year"),
    "centre": N_("The centre"),
    "document_type": N_("The kind of document"),
    "topic": N_("The topic"),
    "language": N_("The language"),
    "nation": N_("The nation"),
    "design": N_("The study design"),
    "direction": N_("The direction"),
    "strength_from": N_("The least strength"),
    "cost_to": N_("The highest cost"),
    "prefer_strong": N_("How far strong evidence moves up"),
    "prefer_recent": N_("How far new reports move up"),
    "exact": N_("The choice to search for what was typed"),
}
_found: Final[WeakKeyDictionary[Searcher, tuple[str, ...]]] = WeakKeyDictionary()
#: Fields of the page that a fault can lead to; the question's where there is none.
_SHOWN_FIELDS: Final = ("q", "year_from", "year_to")


@dataclass(frozen=True, slots=True)
class Judging:
    """The forms for what somebody thinks of the answer.

    `thanked` is the passage just judged, `whole` what stands for all of it; None for neither.
    """

    thanked: str | None
    said: str
    reasons: tuple[tuple[str, str], ...]
    whole: str = WHOLE
    longest: int = LONGEST_NOTE

    @classmethod
    def of(cls, request: Request, answer: Answer) -> "Judging | None":
        """None where the owner keeps no feedback."""
        if request.app.state.feedback is None:
            return None
        thanked = request.query_params.get(THANKS)
        if thanked and thanked not in {hit.passage.passage_id for hit in answer.hits}:
            thanked = WHOLE
        reasons = tuple((reason.value, gettext(words)) for reason, words in REASONS.items())
        return cls(thanked or None, gettext(SAID), reasons)


@router.get("/")
def ask(request: Request, searcher: AnySearcher, site: Site) -> Response:
    """The page: empty without a question, with its answer otherwise."""
    asked = Asked.of(request.query_params, centre_names())
    if not asked.question:
        return _asking(asked, searcher, {})
    try:
        parameters = asked.parameters()
        answer = parameters.ask(searcher, k=parameters.k)
    except ValidationError as error:
        return _asking(asked, searcher, _faults(error))
    except InvalidQuery as error:
        told = {"q": said(error)}
        return _asking(asked, searcher, told, status=status_of(error))
    shown = {
        "judging": Judging.of(request, answer),
        "oembed": _oembed(asked, site),
    }
    return _answering(asked, answer, searcher, parameters.k, shown)


def _faults(error: ValidationError) -> dict[str, str]:
    """What is wrong, by the field to mend it in."""
    found: dict[str, str] = {}
    for fault in error.errors():
        field = str(fault["loc"][0])
        told = describe_faults([fault], SearchParameters.model_fields, FIELDS, gettext)
        place = field if field in _SHOWN_FIELDS else "q"
        found[place] = f"{found[place]} {told}" if place in found else told
    return found


def _asking(
    asked: Asked,
    searcher: Searcher,
    faults: dict[str, str],
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    library = searcher.facets
    html = render(
        "ask.html",
        asked=asked,
        chosen=chosen(asked),
        faults=faults,
        examples=() if faults else _examples(searcher),
        ticks_of={name: offered(asked, name, library[name]) for name in TICKED},
        counts=searcher.counts,
        longest=LONGEST_QUESTION,
    )
    return _html(html, status if faults else HTTPStatus.OK)


def _answering(
    asked: Asked, answer: Answer, searcher: Searcher, k: int, beside: dict[str, Any]
) -> Response:
    shown: dict[str, Any] = {
        **beside,
        "asked": asked,
        "answer": answer,
        "chosen": chosen(asked),
        "facets": facets(asked, answer.facets),
        "value": picture_value(answer.statement.value),
        "map": _map(asked, answer, searcher),
        "more": _more(len(answer.hits), k),
        "longest": LONGEST_QUESTION,
    }
    return _html(render("answer.html", **shown), HTTPStatus.OK)


def _oembed(asked: Asked, site: str) -> str | None:
    """Where consumers ask how to embed the answer; None where a frame would answer otherwise."""
    if not asked.values.keys() <= FRAMED:
        return None
    return oembed_address(site, f"{site}{asked.link()}")


def _map(asked: Asked, answer: Answer, searcher: Searcher) -> EvidenceMap:
    return map_evidence(
        searcher.reports_of(answer.statement.reports),
        searcher.standing_reports(),
        rows_by=asked.axis("rows", Axis.TOPIC),
        columns_by=asked.axis("columns", Axis.CENTRE),
    )


def _more(shown: int, k: int) -> int | None:
    """How many passages can be shown instead; None where there are no more."""
    return min(k + MORE, LARGEST_K) if shown == k < LARGEST_K else None


def _examples(searcher: Searcher) -> tuple[str, ...]:
    """Questions the library can answer, found once for each generation."""
    if searcher not in _found:
        _found[searcher] = example_questions(searcher, EXAMPLES)
    return _found[searcher]


def _html(html: str, status: HTTPStatus) -> Response:
    return Response(html, status_code=status, media_type="text/html")
