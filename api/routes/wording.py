"""What values are called on pages, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Final

from api.faults import FAULTS
from api.languages import N_, gettext, ngettext
from corpus.findings import Direction, StudyDesign
from corpus.metadata import corrections
from corpus.types import DocumentType, Passage, Report
from search import statement, understanding
from search.citing.wording import MONTHS, pages_cited
from search.evidence_map import Axis
from search.statement_types import Count, Range, StatementPart
from search.themes import UNSTATED
from search.types import Reading
from search.understanding import reading_words

KINDS: Final[Mapping[str, str]] = {
    DocumentType.PDF: N_("PDF"),
    DocumentType.HTML: N_("Web page"),
    DocumentType.DOCX: N_("Word document"),
    DocumentType.PPTX: N_("Presentation"),
    DocumentType.XLSX: N_("Spreadsheet"),
    DocumentType.TEXT: N_("Text"),
    DocumentType.RECORD: N_("Summary record"),
}
DIRECTIONS: Final[Mapping[str, str]] = {
    Direction.HELPS: N_("helps"),
    Direction.NO_EFFECT: N_("little or no effect"),
    Direction.MIXED: N_("mixed"),
    Direction.HARMS: N_("harms"),
    Direction.UNCLEAR: N_("no effect stated"),
    Direction.UNTESTED: N_("untested"),
}
DESIGNS: Final[Mapping[str, str]] = {
    StudyDesign.SYSTEMATIC_REVIEW: N_("systematic review"),
    StudyDesign.RCT: N_("randomised trial"),
    StudyDesign.QUASI_EXPERIMENT: N_("quasi-experiment"),
    StudyDesign.BEFORE_AFTER: N_("before and after"),
    StudyDesign.QUALITATIVE: N_("qualitative"),
    StudyDesign.GUIDELINE: N_("guideline"),
    StudyDesign.ECONOMIC_EVALUATION: N_("economic evaluation"),
    StudyDesign.MODELLING: N_("modelling"),
}
AXES: Final = {
    Axis.TOPIC: N_("Topic"),
    Axis.INTERVENTION: N_("Intervention"),
    Axis.OUTCOME: N_("Outcome"),
    Axis.POPULATION: N_("Population"),
    Axis.CENTRE: N_("Centre"),
    Axis.DESIGN: N_("Study design"),
    Axis.DIRECTION: N_("Direction"),
}
#: Languages of reports; others are called by their code.
_SPOKEN: Final = {"en": N_("English"), "cy": N_("Welsh")}
_NATIONS: Final = {
    name: name
    for name in (N_("England"), N_("Wales"), N_("Scotland"), N_("Northern Ireland"))
}  # fmt: skip
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "document_type": KINDS,
    "direction": DIRECTIONS,
    "design": DESIGNS,
    "language": _SPOKEN,
    "nation": _NATIONS,
}


def messages() -> Iterator[str]:
    """What pages say that stands neither in a template nor in this package's modules."""
    yield from statement.messages()
    yield from understanding.MESSAGES
    yield from FAULTS.values()
    yield from corrections.MESSAGES
    yield from MONTHS
    yield UNSTATED


def value_words(name: str, value: str) -> str:
    """A value of a filter in words; as it is where nothing is known of it."""
    return gettext(_WORDS.get(name, {}).get(value, value))


def say(part: StatementPart) -> str:
    """A sentence of the statement."""
    values = {name: _filled(value) for name, value in part.values.items()}
    return gettext(part.message).format(**values)


def _filled(value: Count | Range | str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Range):
        span = gettext("%(low)s to %(high)s") % {"low": value.low, "high": value.high}
        return str(value.low) if value.low == value.high else span
    counted = {
        "report": ngettext("%(num)s report", "%(num)s reports", value.number),
        "centre": ngettext("%(num)s centre", "%(num)s centres", value.number),
    }
    return counted[value.thing] % {"num": f"{value.number:,}"}


def read_as(reading: Reading) -> tuple[str, ...]:
    """What was searched for besides what was typed, in sentences."""
    return reading_words(reading, gettext)


def where(passage: Passage, report: Report) -> str:
    """Pages as a person cites them; empty for formats that have none."""
    pages = pages_cited(passage, report)
    printed = gettext("%(page)s (printed %(label)s)")
    told = [
        printed % {"page": page, "label": label} if label and label != str(page) else str(page)
        for page, label in pages
    ]
    if not told:
        return ""
    return ngettext("Page %(pages)s", "Pages %(pages)s", len(told)) % {"pages": ", ".join(told)}
