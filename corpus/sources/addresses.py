"""Addresses in a CSV file: charities, local evaluations, anything a person has collected."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from corpus.centres import SourceSpec
from corpus.errors import SourceError
from corpus.metadata.sidecar import load_addresses
from corpus.sources.types import Listed

FOLDER: Final = Path(__file__).parents[1] / "data" / "addresses"


def list_addresses(spec: SourceSpec) -> Iterator[Listed]:
    """Every row of the CSV file `spec.url`, a path as it stands or one within `FOLDER`.

    Raises:
        SourceError: there is no such file.
        MetadataError: with every fault of it.
    """
    path = FOLDER / spec.url  # an absolute path stands for itself
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", cure="Make it, or mend the registry.")
    for url, metadata in load_addresses(path).items():
        yield Listed(url, metadata=metadata)
