"""COinS: a reference in a web page's own markup, which reference managers pick up."""

from urllib.parse import urlencode

from search.citing.types import Reference
from search.citing.wording import one_line


def context_object(reference: Reference) -> str:
    """The OpenURL ContextObject of a report (Z39.88-2004), for the title of a Z3988 span."""
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:book"),
        ("rft.genre", "report"),
        ("rft.btitle", one_line(reference.title)),
        *(("rft.au", one_line(author)) for author in reference.authors),
        ("rft.pub", one_line(reference.publisher or "")),
        ("rft.date", "-".join(f"{part:02}" for part in reference.issued)),
        ("rft.isbn", reference.isbn or ""),
        ("rft.language", reference.language or ""),
        ("rft_id", f"info:doi/{reference.doi}" if reference.doi else ""),
        ("rft_id", reference.url or ""),
    ]
    return urlencode([(name, value) for name, value in pairs if value])
