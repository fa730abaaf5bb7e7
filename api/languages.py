"""The interface's languages: English as it is written, Welsh from `translations/cy.po`.

How a page speaks both, told in this one place:

- A template writes `{{ _("Text") }}`, `{{ _("Text of %(name)s", name=name) }}` or
  `{{ ngettext("%(num)s report", "%(num)s reports", count) }}`; what is filled in is escaped.
- Python marks words of a table with `N_("Text")` and says them with `gettext` where they are shown.
- The Welsh goes into `translations/cy.po`, by hand; a test names every string that lacks it.
  Numbers stand with "o" and the plural ("3 o adroddiadau"), so that no number mutates a noun.
- A link within the site is `{{ to("/centres") }}`: it keeps a language that was chosen.
  Addresses of the API take no language.
- Text of reports is never translated: its element has the report's own `lang`.

The language of a request is what its address says (`?lang=cy`), else what the browser prefers.
"""

import gettext as catalogues
import io
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.errors import EvidenceError, filled

TRANSLATIONS: Final = Path(__file__).parent / "translations"
#: Languages by what addresses call them, in their own words.
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "cy": "Cymraeg"}
ENGLISH: Final = "en"
PARAMETER: Final = "lang"
_RANGE: Final = re.compile(r"\s*([A-Za-z]+)[^,;]*(?:;\s*q=([01](?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Visit:
    """The page being asked for: its path and parameters, and the language to answer in.

    `chosen` is the language its address names, None where it names none.
    """

    path: str = "/"
    query: str = ""
    language: str = ENGLISH
    chosen: str | None = None

    def to(self, path: str) -> str:
        """A path of the site, in the language that was chosen."""
        if self.chosen is None:
            return path
        before, mark, fragment = path.partition("#")
        joint = "&" if "?" in before else "?"
        return f"{before}{joint}{PARAMETER}={self.chosen}{mark}{fragment}"

    def switched(self, language: str) -> str:
        """The same page in another language."""
        asked = parse_qsl(self.query, keep_blank_values=True, errors="replace")
        kept = [pair for pair in asked if pair[0] != PARAMETER]
        return f"{self.path}?{urlencode([*kept, (PARAMETER, language)], errors='replace')}"


_visit: Final[ContextVar[Visit]] = ContextVar("visit", default=Visit())


def visit() -> Visit:
    """The page being asked for; one in English outside a request."""
    return _visit.get()


def N_(message: str) -> str:  # noqa: N802 - the name that tools know
    """The message itself, marked for translation."""
    return message


def gettext(message: str) -> str:
    """A message in the language of the page being asked for."""
    return catalogue(visit().language).gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """A message that depends on a number, likewise."""
    return catalogue(visit().language).ngettext(one, many, number)


def said(error: EvidenceError) -> str:
    """What is wrong and the cure, in the language of the page being asked for."""
    return " ".join(
        filled(gettext(words), error.values) for words in (error.message, error.advice) if words
    )


def language_of(message: str) -> str:
    """The language that `gettext` gives a message in: English where the page's has no words."""
    language = visit().language
    return language if gettext(message) != message else ENGLISH


@lru_cache
def catalogue(language: str) -> catalogues.NullTranslations:
    """The messages of a language; English are themselves."""
    if language == ENGLISH:
        return catalogues.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - nothing to translate, no need of it
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with (TRANSLATIONS / f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language)
    write_mo(compiled := io.BytesIO(), messages)
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)


def preferred(accepted: str) -> str:
    """The language that an Accept-Language header likes best; English where it likes none."""
    best, most = ENGLISH, 0.0
    for each in accepted.split(","):
        if (found := _RANGE.match(each)) and found[1].casefold() in LANGUAGES:
            weight = float(found[2] or 1)
            if weight > most:
                best, most = found[1].casefold(), weight
    return best


class Languages:
    """Tells everything inside which page is asked for, and clients which language a page has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _read(scope)

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Language"] = asked.language
                    headers.add_vary_header("Accept-Language")
            await send(message)

        token = _visit.set(asked)
        try:
            await self._app(scope, receive, send_told)
        finally:
            _visit.reset(token)


def _read(scope: Scope) -> Visit:
    query = scope["query_string"].decode("latin-1")
    named = dict(parse_qsl(query)).get(PARAMETER, "").casefold()
    chosen = named if named in LANGUAGES else None
    language = chosen or preferred(Headers(scope=scope).get("accept-language", ""))
    return Visit(scope["path"], query, language, chosen)
