"""Several questions in one request."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from api.dependencies import AnySearcher
from api.faults import describe_faults
from api.parameters import FieldParameters, NoParameters, SearchParameters
from api.problem_docs import documented
from api.problems import Problem, make_problem
from api.schemas.answers import SearchResponse
from api.selection import chosen, included
from search.errors import InvalidQuery
from search.searcher import Searcher

router = APIRouter(prefix="/v1")

MOST_QUESTIONS: Final = 50
MOST_PASSAGES: Final = 1_000  # all questions together

_Question = Annotated[SearchParameters | Any, Field(union_mode="left_to_right")]


class BatchQuestions(NoParameters):
    """Questions, each with the parameters of /v1/search; a wrong one fails by itself."""

    questions: list[_Question] = Field(
        min_length=1,
        max_length=MOST_QUESTIONS,
        description=f"Up to {MOST_QUESTIONS}, {MOST_PASSAGES:,} passages (`k`) in all.",
        examples=[[{"q": "Does mentoring cut youth crime?", "k": 3}, {"q": "Do falls kill?"}]],
    )


class BatchResult(BaseModel):
    """The answer to a question, or what is wrong with it."""

    number: int = Field(description="The question's place, from 1.")
    answer: SearchResponse | None = Field(description="Null where there is a problem.")
    problem: Problem | None = Field(description="Null where there is an answer.")


class BatchResponse(BaseModel):
    """A result for each question, in order."""

    results: list[BatchResult] = Field(description="In the order of the questions.")
    generation: str = Field(description="The index generation that answered.")


@router.post(
    "/search/batch",
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    response_model=BatchResponse,
    summary="Answer several questions",
)
def search_batch(
    request: Request,
    asked: BatchQuestions,
    query: Annotated[FieldParameters, Query()],
    searcher: AnySearcher,
) -> Response:
    """An answer for each question, as /v1/search gives it, or what is wrong with that question.

    `fields` chooses from each answer.
    """
    included(SearchResponse, query.fields)  # said before anything is asked
    passages = sum(each.k for each in asked.questions if isinstance(each, SearchParameters))
    if passages > MOST_PASSAGES:
        raise InvalidQuery(
            f"The questions ask for {passages:,} passages; {MOST_PASSAGES:,} are the limit.",
            cure="Ask for fewer passages each (`k`), or send fewer questions.",
        )
    body = BatchResponse(
        results=[
            _result(request, number, each, searcher)
            for number, each in enumerate(asked.questions, start=1)
        ],
        generation=searcher.generation,
    )
    return chosen(body, _in_answers(query.fields), {})


def _result(request: Request, number: int, asked: object, searcher: Searcher) -> BatchResult:
    try:
        query = SearchParameters.model_validate(asked)
        answer = SearchResponse.from_answer(query.ask(searcher, k=query.k))
    except ValidationError as error:
        detail = describe_faults(error.errors(), SearchParameters.model_fields)
        return _failed(request, number, detail, "The parameters are those of /v1/search.")
    except InvalidQuery as error:
        return _failed(request, number, str(error), error.cure)
    return BatchResult(number=number, answer=answer, problem=None)


def _failed(request: Request, number: int, detail: str, cure: str | None) -> BatchResult:
    problem = make_problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, cure)
    return BatchResult(number=number, answer=None, problem=problem)


def _in_answers(fields: str | None) -> str | None:
    """The fields of an answer as fields of the whole response."""
    if fields is None:
        return None
    names = [f"results.answer.{name.strip()}" for name in fields.split(",") if name.strip()]
    return ",".join(["generation", "results.number", "results.problem", *names])
