"""Embed this search: a form that writes what a web editor pastes, with a preview."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.datastructures import QueryParams

from api.dependencies import AnySearcher, Keeper, Site
from api.keys.types import Key, KeyKind
from api.languages import gettext
from api.policies import content_policy
from api.refusals import Refusal
from api.routes.oembed import HEIGHT, frame_html
from api.routes.rendering import render
from corpus.centres import centre_names
from corpus.errors import filled

router = APIRouter(include_in_schema=False)

MOST_SUGGESTED: Final = 8
LONGEST_LINE: Final = 200
PASSAGES: Final = (3, 5, 10)
_LINK: Final = {"en": "Search the evidence", "cy": "Chwilio am dystiolaeth"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What an editor chose; `suggested` are questions the field offers."""

    key: str = ""
    centres: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str = "en"
    k: int = PASSAGES[1]
    suggested: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: QueryParams) -> Self:
        """From an address; what cannot be is left out."""
        language, k = asked.get("in", ""), asked.get("k", "")
        lines = asked.get("suggested", "").splitlines()
        return cls(
            key=asked.get("key", "").strip(),
            centres=_words(asked.getlist("centre")),
            topics=_words(asked.get("topic", "").split(",")),
            language=language if language in _LINK else "en",
            k=int(k) if k in map(str, PASSAGES) else PASSAGES[1],
            suggested=_words(lines)[:MOST_SUGGESTED],
        )

    def query(self) -> str:
        """As parameters of the frame's address."""
        pairs = [("key", self.key)] if self.key else []
        pairs += [("centre", each) for each in self.centres]
        pairs += [("topic", each) for each in self.topics]
        return urlencode([*pairs, ("k", self.k), ("lang", self.language)])

    def link(self) -> str:
        """As parameters of the site's own page."""
        pairs = [("centre", each) for each in self.centres]
        pairs += [("topic", each) for each in self.topics]
        return urlencode([*pairs, ("lang", self.language)])


def _words(values: list[str]) -> tuple[str, ...]:
    kept = (value.strip()[:LONGEST_LINE] for value in values)
    return tuple(dict.fromkeys(value for value in kept if value))


@router.get("/embed/build")
def build(request: Request, searcher: AnySearcher, keeper: Keeper, site: Site) -> Response:
    """The form and, beneath it, what to paste and how it looks."""
    choice = Choice.of(request.query_params)
    key: Key | None = None
    fault = None
    if choice.key:
        try:
            key = keeper.identify(choice.key, (KeyKind.SITE,), request)
        except Refusal as refusal:
            fault = " ".join(
                filled(gettext(words), refusal.values) for words in (refusal.detail, refusal.cure)
            )
    counts = searcher.reports_by_centre()
    page = render(
        "build.html",
        choice=choice,
        scope=key.scope if key else None,
        fault=fault,
        widget=widget_html(choice, site),
        element=Markup(element_html(choice, site)),  # noqa: S704 - made of escaped parts
        frame=frame_html(
            f"{site}/embed?{choice.query()}", title="Evidence search", width="100%", height=HEIGHT
        ),
        link=f"{site}/embed?{choice.query()}",
        preview=f"/embed?{choice.query()}",
        centres=[(each, name) for each, name in centre_names().items() if each in counts],
        passages=PASSAGES,
    )
    headers = {
        "Content-Security-Policy": content_policy(frames=True),
        "Cache-Control": "private, no-cache",
    }
    return Response(page, media_type="text/html", headers=headers)


def widget_html(choice: Choice, site: str) -> str:
    """What an editor pastes: the script and the element."""
    script = Markup('<script src="{}/widget.js" async></script>').format(site)
    return f"{script}\n{element_html(choice, site)}"


def element_html(choice: Choice, site: str) -> str:
    """The element with its link for those without JavaScript."""
    values = {
        "key": choice.key,
        "centre": ", ".join(choice.centres),
        "topic": ", ".join(choice.topics),
        "lang": choice.language,
        "k": str(choice.k),
    }
    attributes = Markup("").join(
        Markup(' {}="{}"').format(name, value) for name, value in values.items() if value
    )
    offered = Markup("").join(
        Markup("    <option>{}</option>\n").format(each) for each in choice.suggested
    )
    suggested = Markup("  <datalist>\n{}  </datalist>\n").format(offered) if offered else Markup("")
    return str(
        Markup('<evidence-search{}>\n{}  <a href="{}/?{}">{}</a>\n</evidence-search>').format(
            attributes, suggested, site, choice.link(), _LINK[choice.language]
        )
    )
