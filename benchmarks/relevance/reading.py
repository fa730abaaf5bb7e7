"""What reading a question is worth: slips mended, both spellings of English, acronyms.

    python -m benchmarks.relevance.reading DATASET:SPLIT …

Each question is asked as it is, with one slip of typing in one of its longer words (seeded), and
in the other spelling of English; with and without the reading, in one run.
"""

import argparse
import platform
import random
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.relevance.retrieval import CHOSEN_BY, PACKAGES
from corpus.passages import PassageRules
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.encoder.types import Encoder
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.measures import Run, evaluate
from search.evaluation.retrieval import Collection, best_documents, collect, cut, encode_all
from search.evaluation.significance import compare
from search.fusion import FusionRules
from search.index.lexical import LexicalHalf
from search.index.types import Candidates, Ordinals
from search.index.variants import variants
from search.understanding import understand

SEED: Final = 7
LONG: Final = 5  # letters of a word that may be mistyped
_WORD: Final = re.compile(r"[a-z]+")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

Texts = tuple[str, str]  # what the lexical half is asked, and the dense half


class OneSpelling(LexicalHalf):
    """The lexical half without the other spelling of English, asked for where passages have it."""

    def _words(self, query: str) -> list[list[str]]:
        return [terms[:1] for terms in super()._words(query)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", metavar="DATASET:SPLIT")
    given = parser.parse_args().datasets
    with tempfile.TemporaryDirectory() as home:
        prepare_encoder(DEFAULT_MODEL, Path(home) / "encoder")
        encoder = load_encoder(Path(home) / "encoder")
    print(
        f"Python {platform.python_version()}, {DEFAULT_MODEL} ({encoder.spec.runtime}), "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    )
    for name in given:
        folder, _, split = name.rpartition(":")
        with tempfile.TemporaryDirectory() as place:
            _measure(load_dataset(Path(folder), split), encoder, Path(place))


def _measure(dataset: Dataset, encoder: Encoder, folder: Path) -> None:
    owners, entries, texts = cut(dataset, encoder, PassageRules())
    encoded = encode_all(texts, encoder, lambda _done, _total: None)
    both = collect(owners, entries, encoded, folder, encoder)
    lexical = both.lexical
    alone = OneSpelling(lexical._index, lexical._numbers, lexical._counted)  # noqa: SLF001 - the same index
    one = replace(both, lexical=alone)

    def passages(ordinals: Ordinals) -> list[str]:
        return [texts[ordinal] for ordinal in ordinals]

    def plain(text: str) -> Texts:
        return text, text

    def mended(text: str) -> Texts:
        searched = understand(text, both.lexical, passages).searched
        return searched, searched

    def mended_words(text: str) -> Texts:
        return understand(text, both.lexical, passages).searched, text

    draw = random.Random(SEED)  # noqa: S311 - no secret
    slips = {query: _with_slip(text, draw) for query, text in dataset.queries.items()}
    other = {query: _respelt(text, both.lexical) for query, text in dataset.queries.items()}
    print(f"\n{dataset.name}:{dataset.split}, {len(dataset.queries)} questions")
    for title, questions in (
        ("as asked", dict(dataset.queries)),
        ("one slip each", slips),
        ("the other spelling", other),
    ):
        changed = sum(mended(text)[0] != text for text in questions.values())
        runs = {
            "plain": _run(questions, one, encoder, plain),
            "both spellings": _run(questions, both, encoder, plain),
            "and words mended": _run(questions, both, encoder, mended_words),
            "and vectors mended": _run(questions, both, encoder, mended),
        }
        found = evaluate(dataset, runs)
        print(f" {title}: {changed} read otherwise than typed")
        for name, each in found.items():
            told = ""
            if name != "plain":
                test = compare(each.by_query[CHOSEN_BY], found["plain"].by_query[CHOSEN_BY])
                told = f"  {test.difference:+.4f} p {test.t_test_p:.3f}"
            print(f"  {name:20} {CHOSEN_BY} {each.means[CHOSEN_BY]:.4f}{told}")


def _run(
    questions: dict[str, str], at: Collection, encoder: Encoder, texts: Callable[[str], Texts]
) -> Run:
    run: Run = {}
    for query, question in questions.items():
        words, meaning = texts(question)
        fused = at.ask(words, encoder.encode_query(meaning), FusionRules())
        run[query] = best_documents(at, Candidates(fused.ordinals, fused.scores))
    return run


def _with_slip(text: str, draw: random.Random) -> str:
    """A letter left out, doubled, wrong or swapped with the next in one longer word."""
    words = [found for found in _WORD.finditer(text) if len(found.group()) >= LONG]
    if not words:
        return text
    word = draw.choice(words)
    at = word.start() + draw.randrange(1, len(word.group()) - 1)
    kind = draw.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:  # noqa: PLR2004 - the third kind
        return text[:at] + draw.choice(_LETTERS) + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _respelt(text: str, lexical: LexicalHalf) -> str:
    """Each word in its other spelling, where any passage has one."""

    def other(found: re.Match[str]) -> str:
        held = (each for each in variants(found.group()) if lexical.known(each))
        return next(held, found.group())

    return _WORD.sub(other, text)


if __name__ == "__main__":
    main()
