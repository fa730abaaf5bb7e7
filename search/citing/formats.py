"""The formats there are: what each is called, how it is written, and where it goes."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from search.citing.bibtex import write_bibtex
from search.citing.csl import write_csl
from search.citing.markdown import write_markdown
from search.citing.ris import write_ris
from search.citing.tables import write_csv, write_jsonl
from search.citing.types import ExportFormat, Takeaway

_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Written:
    """How a format is written: its media type, the end of its file's name, its writer."""

    media_type: str
    suffix: str
    write: Callable[[Takeaway], bytes]


def _write_docx(takeaway: Takeaway) -> bytes:
    from search.citing.briefing import write_briefing  # noqa: PLC0415 - slow to import, seldom used

    return write_briefing(takeaway)


FORMATS: Final[Mapping[ExportFormat, Written]] = {
    ExportFormat.RIS: Written("application/x-research-info-systems", ".ris", write_ris),
    ExportFormat.BIBTEX: Written("application/x-bibtex; charset=utf-8", ".bib", write_bibtex),
    ExportFormat.CSL_JSON: Written(
        "application/vnd.citationstyles.csl+json", ".csl.json", write_csl
    ),
    ExportFormat.CSV: Written("text/csv; charset=utf-8; header=present", ".csv", write_csv),
    ExportFormat.JSONL: Written("application/x-ndjson", ".jsonl", write_jsonl),
    ExportFormat.MARKDOWN: Written("text/markdown; charset=utf-8", ".md", write_markdown),
    ExportFormat.DOCX: Written(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".docx",
        _write_docx,
    ),
}


def file_name(words: str, suffix: str) -> str:
    """A name every file system takes: ASCII letters, digits and hyphens of these words."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().casefold()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    return f"evidence-{name}{suffix}" if name else f"evidence{suffix}"
