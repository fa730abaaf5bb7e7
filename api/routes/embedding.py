"""The search within other sites: the widget's script, and the page for a frame."""

from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from api.dependencies import AnySearcher, Keeper, ShownKey, Site
from api.faults import describe_faults
from api.keys.errors import OutOfScope
from api.languages import N_, gettext, said
from api.parameters import SearchParameters
from api.policies import content_policy
from api.problems import status_of
from api.routes.oembed import oembed_address
from api.routes.pages import FIELDS
from api.routes.rendering import render
from corpus.centres import centre_names
from search.errors import InvalidQuery
from search.questions import LONGEST_QUESTION
from search.statement_types import EvidenceLevel

router = APIRouter(include_in_schema=False)

SCRIPT: Final = Path(__file__).parents[1] / "static" / "widget.js"
KEPT_S: Final = 3_600  # how long a browser may keep the script unasked
SHOWN: Final = 5  # passages of an answer in a frame
#: Parameters of a frame's address that go from question to question.
CARRIED: Final = ("key", "centre", "topic", "k", "lang")
LEVELS: Final = {
    EvidenceLevel.STRONG: N_("Strong evidence"),
    EvidenceLevel.SOME: N_("Some evidence"),
    EvidenceLevel.LIMITED: N_("Limited evidence"),
}


@lru_cache
def _script() -> tuple[bytes, str]:
    """The script and its tag."""
    script = SCRIPT.read_bytes()
    return script, f'"{sha256(script).hexdigest()[:16]}"'


@router.get("/widget.js")
def widget(request: Request) -> Response:
    """The custom element. Every site may load it; what it may ask is up to its key."""
    script, tag = _script()
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={KEPT_S}",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") in {tag, f"W/{tag}"}:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(script, media_type="text/javascript", headers=headers)


@router.get("/embed")
def embed(
    request: Request, searcher: AnySearcher, key: ShownKey, keeper: Keeper, site: Site
) -> Response:
    """The search for a frame in a page that the key or the owner allows."""
    asked = request.query_params
    shown: dict[str, Any] = {"answer": None, "fault": None}
    status = HTTPStatus.OK
    if asked.get("q", "").strip():
        try:
            query = _read(asked)
            wanted = query.within(key.scope if key else None)
            most = wanted.k if "k" in query.model_fields_set else min(wanted.k, SHOWN)
            shown["answer"] = wanted.ask(searcher, k=most)
        except ValidationError as error:
            shown["fault"] = describe_faults(error.errors(), (), FIELDS, gettext)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        except (InvalidQuery, OutOfScope) as error:
            shown["fault"], status = said(error), status_of(error)
    page = render(
        "embed.html",
        question=asked.get("q", ""),
        carried=[(name, value) for name, value in asked.multi_items() if name in CARRIED],
        whole=[(n, v) for n, v in asked.multi_items() if n in {"centre", "topic", "lang"}],
        longest=LONGEST_QUESTION,
        levels={level: gettext(words) for level, words in LEVELS.items()},
        names=centre_names(),
        oembed=oembed_address(site, f"{site}/embed?{asked}"),
        **shown,
    )
    policy = content_policy(framed_by=("'self'", *keeper.framed_by(key)))
    headers = {"Content-Security-Policy": policy, "Cache-Control": "private, no-cache"}
    return Response(page, status_code=status, media_type="text/html", headers=headers)


def _read(asked: QueryParams) -> SearchParameters:
    """The question of a frame's address; of other parameters it knows nothing."""
    typed: dict[str, Any] = {"q": asked["q"]}
    for name in ("centre", "topic"):
        typed[name] = [value for value in asked.getlist(name) if value.strip()]
    if asked.get("k"):
        typed["k"] = asked["k"]
    return SearchParameters.model_validate(typed)
