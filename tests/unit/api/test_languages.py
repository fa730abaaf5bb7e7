"""Pages in both languages: every string has its Welsh, and a request its language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import api
from api.languages import TRANSLATIONS, Visit, gettext, ngettext, preferred
from api.routes.wording import messages

PACKAGE = Path(api.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
FIELD = re.compile(r"%\(\w+\)s|%%|\{\w+(?:![rs])?(?::[^}]*)?\}")
#: Errors that pages show, and modules whose errors only programs see, in English.
SHOWN = {
    "InvalidQuery", "UnknownId", "OutOfScope", "FeedbackOff", "FeedbackFull", "ForeignPage",
    "FeedbackUnusable", "DeskUnusable", "WrongWork",
}  # fmt: skip
PROGRAMS = {"selection.py", "batch.py"}
#: The same in both languages.
SAME = {"PDF", "Cost"}


def _written() -> Iterator[tuple[str, ...]]:
    """Every string of the package: a message, or one and its plural."""
    found = extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)
    for _, _, message, _, _ in found:
        yield (message,) if isinstance(message, str) else tuple(message[:2])
    yield from ((message,) for message in messages())
    for folder in (PACKAGE, PACKAGE.with_name("search")):
        for file in folder.rglob("*.py"):
            if file.name not in PROGRAMS:
                yield from ((words,) for words in _raised(file))


def _raised(file: Path) -> Iterator[str]:
    """What errors of a module say: the message and the cure, which no f-string may hold."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SHOWN:
            cures = [each.value for each in node.keywords if each.arg == "cure"]
            for words in (*node.args, *cures):
                assert not isinstance(words, ast.JoinedStr), f"{file}:{words.lineno}: use values"
                if isinstance(words, ast.Constant):
                    yield str(words.value)


with (TRANSLATIONS / "cy.po").open("rb") as file:
    WELSH = {
        (each.id,) if isinstance(each.id, str) else tuple(each.id): each
        for each in read_po(file, locale="cy")
        if each.id
    }


@pytest.fixture(scope="module")
def written() -> set[tuple[str, ...]]:
    return set(_written())


def _said(key: tuple[str, ...]) -> tuple[str, ...]:
    string = WELSH[key].string
    return (string,) if isinstance(string, str) else tuple(string or ())


def test_strings_are_found(written: set[tuple[str, ...]]) -> None:
    assert ("Ask a policy question",) in written  # a template's
    assert ("Study design",) in written  # a table's
    assert ("%(num)s report", "%(num)s reports") in written


def test_every_string_has_its_welsh(written: set[tuple[str, ...]]) -> None:
    missing = [key for key in sorted(written) if key not in WELSH or not all(_said(key))]
    assert not missing, f"api/translations/cy.po lacks {missing}"
    assert not [each.id for each in WELSH.values() if each.fuzzy]


def test_welsh_that_nothing_says_is_taken_out(written: set[tuple[str, ...]]) -> None:
    assert sorted(set(WELSH) - written) == []


@pytest.mark.parametrize("key", sorted(WELSH), ids=lambda key: key[0][:40])
def test_welsh_fills_in_the_same(key: tuple[str, ...]) -> None:
    for said in _said(key):
        assert sorted(FIELD.findall(said)) == sorted(FIELD.findall(key[0]))
        assert said not in key or said in SAME


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("cy", "cy"),
        ("cy-GB,en;q=0.8", "cy"),
        ("en-GB,en;q=0.9,cy;q=0.8", "en"),
        ("fr, cy;q=0.3, en;q=0.2", "cy"),
        ("fr;q=x,;;,cy;q=0", "en"),
        ("*", "en"),
    ],
)
def test_the_language_a_browser_likes_best(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_outside_a_request_everything_is_english() -> None:
    assert gettext("Ask") == "Ask"
    assert ngettext("%(num)s report", "%(num)s reports", 2) == "%(num)s reports"


def test_links_keep_a_language_that_was_chosen() -> None:
    chosen = Visit("/", "q=a&lang=cy", "cy", "cy")
    assert chosen.to("/centres") == "/centres?lang=cy"
    assert chosen.to("/?q=x#top") == "/?q=x&lang=cy#top"
    assert Visit("/", "q=a", "cy").to("/centres") == "/centres"


def test_the_switch_leads_to_the_same_page() -> None:
    assert Visit("/", "q=a+b&lang=cy&k=3", "cy", "cy").switched("en") == "/?q=a+b&k=3&lang=en"
