"""CSL-JSON, the reference format of citation processors (citationstyles.org)."""

import json
from typing import Any

from search.citing.types import Excerpt, Reference, Source, Takeaway
from search.citing.wording import note_of, one_line, page_words, printable


def csl_item(reference: Reference) -> dict[str, Any]:
    """A reference as a CSL-JSON item."""
    item: dict[str, Any] = {
        "id": reference.key,
        "type": "report",
        "title": one_line(reference.title),
        "author": [_name(author) for author in reference.authors],
        "publisher": one_line(reference.publisher or ""),
        "issued": {"date-parts": [list(reference.issued)]} if reference.issued else None,
        "DOI": reference.doi,
        "ISBN": reference.isbn,
        "URL": reference.url,
        "language": reference.language,
        "note": note_of(reference),
    }
    return {name: value for name, value in item.items() if value}


def write_csl(takeaway: Takeaway) -> bytes:
    """A CSL-JSON array; quotations stand in each item's `custom`."""
    items = [_with_quotations(source) for source in takeaway.sources]
    return f"{json.dumps(items, ensure_ascii=False, indent=1)}\n".encode()


def _with_quotations(source: Source) -> dict[str, Any]:
    item = csl_item(source.reference)
    if source.excerpts:
        pages = dict.fromkeys(page_words(each.pages) for each in source.excerpts if each.pages)
        quoted = f"Quoted: {'; '.join(pages)}." if pages else ""
        item["note"] = " ".join(part for part in (item.get("note", ""), quoted) if part)
        item["custom"] = {"quotations": [quotation_of(each) for each in source.excerpts]}
    return {name: value for name, value in item.items() if value}


def quotation_of(excerpt: Excerpt) -> dict[str, Any]:
    """An excerpt as JSON has it."""
    return {
        "rank": excerpt.rank,
        "passage_id": excerpt.passage_id,
        "text": printable(excerpt.text),
        "pages": [{"number": number, "label": label} for number, label in excerpt.pages],
        "section": list(excerpt.section),
        "permalink": excerpt.permalink,
        "confidence": excerpt.confidence,
    }


def _name(author: str) -> dict[str, str]:
    """Family and given name where the author is written so; whole otherwise, as bodies are."""
    family, comma, given = (part.strip() for part in one_line(author).partition(","))
    if comma and family and given and "," not in given:
        return {"family": family, "given": given}
    return {"literal": one_line(author)}
