"""Related studies: what the library holds that is near a report, a passage or a text."""

from search.related.finder import RelatedStudies
from search.related.types import ClosePair, Probe, ProbePassage, Related, RelatedReport

__all__ = [
    "ClosePair",
    "Probe",
    "ProbePassage",
    "Related",
    "RelatedReport",
    "RelatedStudies",
]
