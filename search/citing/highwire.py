"""Highwire Press tags: a report's metadata for Zotero, Google Scholar and their like."""

from search.citing.types import Reference
from search.citing.wording import one_line, undirected


def highwire_tags(
    reference: Reference, *, page: str, file: str | None = None
) -> tuple[tuple[str, str], ...]:
    """(name, content) pairs for the `meta` elements of a report's page.

    Args:
        reference: the report; nothing is made up.
        page: the absolute address of its page here.
        file: that of its file, where it may be shown.
    """
    pairs = [
        ("citation_title", reference.title),
        *(("citation_author", author) for author in reference.authors),
        ("citation_publication_date", "/".join(f"{part:02}" for part in reference.issued)),
        ("citation_technical_report_institution", reference.publisher or ""),
        ("citation_doi", reference.doi or ""),
        ("citation_isbn", reference.isbn or ""),
        ("citation_language", reference.language or ""),
        ("citation_pdf_url", file or ""),
        ("citation_public_url", reference.url or page),
        ("citation_abstract_html_url", page),
    ]
    told = ((name, undirected(one_line(value))) for name, value in pairs)
    return tuple((name, value) for name, value in told if value)
