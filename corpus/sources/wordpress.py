"""The WordPress REST API (wp/v2): one post type, page by page."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from corpus.centres import SourceSpec
from corpus.errors import FetchError, SourceError
from corpus.sources.parsing import address, parse_date, parse_json, plain, year_of
from corpus.sources.types import Ask, Listed
from corpus.types import Metadata

PER_PAGE: Final = 100
MOST_PAGES: Final = 1_000


def list_wordpress(spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
    """Every post of the type `spec.url` names, oldest first so that new ones move no page."""
    joint = "&" if "?" in spec.url else "?"
    for number in range(1, MOST_PAGES + 1):
        query = urlencode({"per_page": PER_PAGE, "page": number, "order": "asc", "orderby": "id"})
        url = f"{spec.url}{joint}{query}"
        try:
            answer = ask(url)
        except FetchError as error:
            if number > 1 and error.status == HTTPStatus.BAD_REQUEST:
                return  # rest_post_invalid_page_number: the page before was full and the last
            raise
        posts = parse_json(answer, url)
        if not isinstance(posts, list):
            said = posts.get("message") if isinstance(posts, dict) else None
            raise SourceError(f"{url} gives no list of posts: {said or 'another shape'}.")
        for post in posts:
            if listed := _listed(post, spec.url):
                yield listed
        if len(posts) < PER_PAGE:
            return
    raise SourceError(f"{spec.url} gives more than {MOST_PAGES} pages.")


def _listed(post: Any, base: str) -> Listed | None:  # noqa: ANN401 - any JSON
    if not isinstance(post, dict) or not isinstance(post.get("link"), str):
        raise SourceError(f"{base} gives a post without a link.")
    link = address(post["link"], base)
    if link is None:
        return None
    changed = post.get("modified_gmt") or post.get("date_gmt")
    title = post.get("title")
    return Listed(
        link,
        parse_date(changed),
        Metadata(
            title=plain(title.get("rendered")) if isinstance(title, dict) else None,
            year=year_of(post.get("date_gmt") or post.get("date")),
        ),
    )
