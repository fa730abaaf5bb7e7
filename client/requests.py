"""What is sent: one description of each request for both clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NotRequired, TypedDict
from urllib.parse import quote

ExportFormat = Literal["ris", "bibtex", "csl-json", "csv", "jsonl", "markdown", "docx"]
CitationFormat = Literal["ris", "bibtex", "csl-json", "csv", "jsonl", "markdown"]
Opinion = Literal["useful", "not_useful"]
Reason = Literal["off_topic", "elsewhere", "out_of_date", "too_general", "incomplete", "misleading"]
Fields = Sequence[str] | None
TIMEOUT_S: Final = 30.0
_SITE_KEY: Final = "ev_site_"


class Filters(TypedDict, total=False):
    """Which reports may answer; values of one filter are alternatives."""

    centre: Sequence[str]
    year_from: int
    year_to: int
    document_type: Sequence[str]
    topic: Sequence[str]
    language: Sequence[str]
    design: Sequence[str]
    direction: Sequence[str]
    strength_from: int
    cost_to: int


class Asking(Filters, total=False):
    """Filters, and how a question is read and what moves up."""

    exact: bool
    prefer_strong: float
    prefer_recent: float


class Question(Asking):
    """A question of a batch."""

    q: str
    k: NotRequired[int]


class Source(TypedDict, total=False):
    """What related studies are wanted of: one of the four."""

    report: str
    passage: str
    doi: str
    text: str


class Judging(TypedDict, total=False):
    """What a verdict is on (without `passage_id`, the whole answer), and why."""

    passage_id: str
    text_sha256: str
    rank: int
    generation: str
    reason: Reason
    note: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request, before it has an address of a service."""

    method: str
    path: str
    params: Mapping[str, Any]
    json: Any = None


def get(path: str, /, *parts: str, fields: Fields = None, **params: object) -> Request:
    """A GET request; what is None is left out.

    Args:
        path: with `{}` for each of `parts`, which are made safe.
        parts: ids.
        fields: what of the answer to send.
        params: of the address; sequences are repeated.
    """
    return Request("GET", path.format(*(quote(part, safe="") for part in parts)),
                   _given({**params, "fields": _joined(fields)}))  # fmt: skip


def post(path: str, body: object, fields: Fields = None) -> Request:
    """A POST request with a JSON body."""
    return Request("POST", path, _given({"fields": _joined(fields)}), body)


def key_headers(key: str | None) -> dict[str, str]:
    """How a key is shown.

    Raises:
        ValueError: a site key, which works in the pages of its sites and nowhere else.
    """
    if key is None:
        return {}
    if key.startswith(_SITE_KEY):
        raise ValueError(
            "A site key works in the pages of its sites only. "
            "Ask whoever runs the service for an API key (ev_api_…)."
        )
    return {"Authorization": f"Bearer {key}"}


def _joined(fields: Fields) -> str | None:
    return None if fields is None else ",".join(fields)


def _given(params: Mapping[str, object]) -> dict[str, Any]:
    """Parameters as they stand in an address."""
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else value
        for name, value in params.items()
        if value is not None
    }
