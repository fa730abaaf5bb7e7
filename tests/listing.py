"""A web of a few pages, as adapters ask for them."""

from collections.abc import Mapping
from typing import Any

from corpus.centres import SourceSpec
from corpus.centres.types import SourceKind
from corpus.errors import FetchError
from corpus.sources.adapters import list_source
from corpus.sources.types import Listed


class Web:
    """Gives pages by address; an error stands for an address that fails."""

    def __init__(self, pages: Mapping[str, bytes | FetchError]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def __call__(self, url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        self.asked.append(url)
        self.headers.append(headers or {})
        page = self.pages.get(url, FetchError(f"{url} is not in this test.", status=404))
        if isinstance(page, FetchError):
            raise page
        return page


def listed(
    kind: SourceKind,
    url: str,
    web: Web,
    *,
    nice_key: str | None = None,
    **more: Any,  # noqa: ANN401 - any field
) -> list[Listed]:
    """All that a list gives."""
    return list(list_source(SourceSpec(kind, url, **more), web, nice_key=nice_key))


def urls(found: list[Listed]) -> list[str]:
    return [each.url for each in found]
