"""oEmbed: sites that embed by pasting a link ask here what to show for it (oembed.com)."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, HTTPException, Query
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Site
from api.problem_docs import documented

router = APIRouter()

WIDTH: Final = 720
HEIGHT: Final = 640
LONGEST: Final = 8_000  # characters of an address
KEPT_S: Final = 3_600
_FRAME: Final = Markup(
    '<iframe src="{src}" width="{width}" height="{height}" title="{title}" loading="lazy" '
    'referrerpolicy="no-referrer"></iframe>'
)


class OembedParameters(BaseModel):
    """What a consumer sends; some send more, which is left alone."""

    model_config = ConfigDict(extra="ignore")

    url: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="An answer's address here, or a frame's.",
        examples=["https://evidence.example.org/?q=mentoring"],
    )
    format: str = Field("json", description="json; nothing else is spoken.")
    maxwidth: int = Field(WIDTH, ge=1, le=100_000, description="Pixels at most.")
    maxheight: int = Field(HEIGHT, ge=1, le=100_000, description="Pixels at most.")


class OembedResponse(BaseModel):
    """A frame to show."""

    version: str = Field(default="1.0", description="Of oEmbed.")
    type: str = Field(default="rich", description="A frame is of the type rich.")
    title: str = Field(description="What it shows.")
    provider_name: str = Field(default="Evidence search", description="This service.")
    provider_url: str = Field(description="Its address.")
    html: str = Field(description="The frame, to put into a page as it is.")
    width: int = Field(description="Of the frame, in CSS pixels.")
    height: int = Field(description="Of the frame, in CSS pixels.")
    cache_age: int = Field(default=KEPT_S, description="For how long to keep this, in seconds.")


@router.get(
    "/oembed",
    responses=documented(
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.NOT_IMPLEMENTED,
    ),
    summary="What to show for a link",
)
def oembed(query: Annotated[OembedParameters, Query()], site: Site) -> OembedResponse:
    """A frame for an answer's address. The address is read, never asked for."""
    if query.format != "json":
        raise HTTPException(HTTPStatus.NOT_IMPLEMENTED, "Only the format json is spoken.")
    frame = frame_of(query.url, site)
    question = dict(parse_qsl(urlsplit(frame).query)).get("q", "")
    title = f"Evidence search: {question}" if question else "Evidence search"
    width, height = min(WIDTH, query.maxwidth), min(HEIGHT, query.maxheight)
    return OembedResponse(
        title=title,
        provider_url=f"{site}/",
        html=frame_html(frame, title=title, width=width, height=height),
        width=width,
        height=height,
    )


def frame_of(url: str, site: str) -> str:
    """The frame's address for an answer's or a frame's own.

    Raises:
        HTTPException: 404, it is no such address of this service.
    """
    try:
        asked, own = urlsplit(url), urlsplit(site)
        theirs, ours = (asked.scheme, asked.netloc.casefold()), (own.scheme, own.netloc.casefold())
    except ValueError:
        theirs, ours = ("", ""), ("?", "?")
    if theirs != ours or asked.path not in {f"{own.path}/", f"{own.path}/embed"}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    kept = [pair for pair in parse_qsl(asked.query) if pair[0] in FRAMED]
    return f"{site}/embed?{urlencode(kept)}"


#: What of an answer's address a frame understands.
FRAMED: Final = frozenset({"key", "q", "centre", "topic", "k", "lang"})


def frame_html(src: str, *, title: str, width: int | str, height: int) -> str:
    """A frame as HTML; `width` in pixels, or a share of the page like "100%"."""
    return str(_FRAME.format(src=src, width=width, height=height, title=title))


def oembed_address(site: str, url: str) -> str:
    """Where a page's `<link rel="alternate" type="application/json+oembed">` leads."""
    return f"{site}/oembed?{urlencode({'url': url, 'format': 'json'})}"
