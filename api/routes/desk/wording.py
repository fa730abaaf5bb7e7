"""What the desk calls what it keeps, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from api.desk.journal import Deed
from api.desk.types import State, Task
from api.languages import N_, gettext
from corpus.errors import MetadataError, filled
from corpus.metadata.claims import ClaimSource, Confidence

DEEDS: Final[Mapping[Deed, str]] = {
    Deed.SIGNED_IN: N_("Signed in"),
    Deed.SIGNED_OUT: N_("Signed out"),
    Deed.ADDED: N_("Asked to add"),
    Deed.CORRECTED: N_("Corrected"),
    Deed.TAKEN_BACK: N_("Took a correction back"),
    Deed.WITHDRAWN: N_("Withdrew"),
    Deed.PUT_BACK: N_("Put back"),
    Deed.SYNCED: N_("Asked to gather"),
    Deed.INDEXED: N_("Asked to index"),
    Deed.CHECKED: N_("Asked to check everything"),
    Deed.STOPPED: N_("Stopped a job"),
}
TASKS: Final[Mapping[Task, str]] = {
    Task.ADD: N_("Add"),
    Task.SYNC: N_("Gather from the centres"),
    Task.INDEX: N_("Bring the index up to date"),
    Task.REMOVE: N_("Take out of the index"),
    Task.CHECK: N_("Check everything"),
}
STATES: Final[Mapping[State, str]] = {
    State.WAITING: N_("Waiting for the job before it"),
    State.RUNNING: N_("Running"),
    State.DONE: N_("Done"),
    State.FAILED: N_("Failed: what it said last tells why"),
    State.STOPPED: N_("Stopped; what it had done is kept"),
    State.BROKEN: N_(
        "Broken off: the process that ran it died. What it had done is kept; start it again."
    ),
}
SOURCES: Final[Mapping[ClaimSource, str]] = {
    ClaimSource.PERSON: N_("a person\u2019s correction"),
    ClaimSource.METADATA_FILE: N_("a metadata file or record"),
    ClaimSource.PAGE: N_("the centre\u2019s page"),
    ClaimSource.LISTING: N_("the list of publications"),
    ClaimSource.DOI: N_("the DOI\u2019s register"),
    ClaimSource.EMBEDDED: N_("metadata in the file"),
    ClaimSource.TEXT: N_("the first pages"),
    ClaimSource.FILE: N_("the file\u2019s properties"),
    ClaimSource.NAME: N_("the file\u2019s name"),
}
CONFIDENCES: Final[Mapping[Confidence, str]] = {
    Confidence.HIGH: N_("sure"),
    Confidence.MEDIUM: N_("likely"),
    Confidence.LOW: N_("a guess"),
}
#: Fields that can be corrected (`corpus.metadata.corrections`).
FIELDS: Final[Mapping[str, str]] = {
    "title": N_("Title"),
    "centre": N_("Centre"),
    "year": N_("Year"),
    "published": N_("Day of publication"),
    "authors": N_("Authors"),
    "publisher": N_("Publisher"),
    "topics": N_("Topics"),
    "nations": N_("Nations"),
    "rating.evidence": N_("Strength, in the centre\u2019s words"),
    "rating.cost": N_("Cost, in the centre\u2019s words"),
    "rating.impact": N_("Impact, in the centre\u2019s words"),
    "study_design": N_("Study design"),
    "population": N_("Population"),
    "setting": N_("Setting"),
    "publication_type": N_("Kind of publication"),
    "language": N_("Language"),
    "licence": N_("Licence"),
    "url": N_("Web address"),
    "doi": N_("DOI"),
    "isbn": N_("ISBN"),
}


def field_words(name: str) -> str:
    """What a field is called."""
    return gettext(FIELDS[name]) if name in FIELDS else name.replace("_", " ").replace(".", ": ")


def cannot_be(name: str, error: MetadataError) -> str:
    """What is wrong with a value of a field, by what the desk calls the field."""
    return filled(gettext(error.message), {**(error.values or {}), "field": field_words(name)})
