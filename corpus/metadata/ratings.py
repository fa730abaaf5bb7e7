"""A centre's rating read from its own page, word for word, where the page states it once."""

import re
from collections.abc import Iterator

from corpus.assessment.schemes import OnPage, load_schemes
from corpus.metadata.claims import Claim, ClaimSource, Confidence
from corpus.types import Document, DocumentType


def claims_of_rating(document: Document, centre: str | None) -> Iterator[Claim]:
    """What a page says of itself by its centre's scheme.

    Only web pages of a centre that has a scheme are looked at: a report quotes ratings of others.
    A part stated twice in different words is that of several things, so it is not taken.

    Args:
        document: the page, read.
        centre: id of the centre that publishes it.
    """
    if document.document_type is not DocumentType.HTML or centre is None:
        return
    text = "\n".join(page.text for page in document.pages)
    for scheme in load_schemes():
        if centre not in scheme.centres:
            continue
        for stated in scheme.page:
            found = _words(stated, text)
            if len(found) == 1:
                yield Claim(
                    f"rating.{stated.part}", found.pop(), ClaimSource.TEXT, Confidence.MEDIUM
                )


def _words(stated: OnPage, text: str) -> set[str]:
    matches = re.finditer(stated.pattern, text, re.IGNORECASE | re.MULTILINE)
    return {" ".join(match["words"].split()) for match in matches}
