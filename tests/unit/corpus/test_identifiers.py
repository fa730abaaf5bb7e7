"""Identifiers as they are compared."""

import pytest

from corpus.identifiers import plain_doi, plain_title


@pytest.mark.parametrize(
    "doi",
    [
        "10.1/X",
        " doi:10.1/x ",
        "DOI 10.1/x",
        "doi.org/10.1/x",
        "https://doi.org/10.1/x",
        "http://dx.doi.org/10.1/x",
        "https://www.doi.org/10.1/x",
        "info:doi/10.1/x",
        "DOI: https://doi.org/10.1/x",
    ],
)
def test_a_doi_however_it_is_written(doi: str) -> None:
    assert plain_doi(doi) == "10.1/x"


@pytest.mark.parametrize("nothing", [None, "", " ", "doi:"])
def test_no_doi(nothing: str | None) -> None:
    assert plain_doi(nothing) == ""


def test_titles_and_dois_as_they_are_compared() -> None:
    assert plain_title("  Élan: “Does it WORK?” 2nd ed. ") == "elan does it work 2nd ed"
    assert plain_doi("HTTPS://DOI.org/10.1/ABC") == "10.1/abc"
    assert plain_doi(None) == ""
