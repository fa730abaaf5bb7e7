"""What a person may say of a field, and what not."""

import pytest

from corpus.errors import MetadataError
from corpus.metadata.claims import ClaimSource, resolve
from corpus.metadata.corrections import FIELDS, correction


def test_values_are_of_their_field_s_kind() -> None:
    said = [
        correction("year", " 2019 "),
        correction("topics", "health; ; diabetes;"),
        correction("title", "Semicolons; stay"),
        correction("centre", "EEF"),
        correction("rating.cost", "Low"),
    ]
    known = resolve(said)
    assert (known.year, known.topics) == (2019, ("health", "diabetes"))
    assert (known.title, known.centre) == ("Semicolons; stay", "eef")
    assert known.rating.cost == "Low"
    assert {claim.source for claim in said} == {ClaimSource.PERSON}


@pytest.mark.parametrize(
    ("field", "words", "told"),
    [
        ("year", "soon", "1800 to 2100"),
        ("year", "1799", "1800 to 2100"),
        ("year", "²", "1800 to 2100"),
        ("authors", " ; ;", "names nothing"),
        ("publication_type", "novel", "publication_type cannot be"),
        ("published", "yesterday", "it is a date"),
        ("published", "2021-13", "it is a date"),
        ("url", "javascript:alert(1)", "it is a web address"),
        ("url", "https://", "it is a web address"),
        ("doi", "nonsense", "it is a DOI"),
        ("language", "Klingon", "it is a code"),
        ("title", " ", "no correction"),
        ("removed", "x", "no correction"),
        ("rating", "x", "no correction"),
    ],
)
def test_what_cannot_be_said_is_told(field: str, words: str, told: str) -> None:
    with pytest.raises(MetadataError, match=told):
        correction(field, words)


def test_braces_in_a_value_stay() -> None:
    with pytest.raises(MetadataError, match=r"year cannot be '\{field\}\{0\}'"):
        correction("year", "{field}{0}")


def test_every_field_can_be_said_something_of() -> None:
    values = {
        "year": "2020", "published": "2020-02", "publication_type": "guidance", "language": "cy",
        "url": "https://example.org/a", "doi": "https://doi.org/10.1234/ab(c)",
    }  # fmt: skip
    for field in FIELDS:
        assert resolve([correction(field, values.get(field, "words"))])
