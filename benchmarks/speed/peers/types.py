"""What every peer does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as it is handed to a peer: its document, the document's title, and the words."""

    document: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and words, as they are embedded."""
        return f"{self.title}\n{self.text}".strip()


#: A question and how many passages: the documents of the best, best first; one may come twice.
Ask = Callable[[str, int], list[str]]


class Peer(Protocol):
    """Indexes once, then answers in one way or several."""

    manifest: str  # what its index says of itself; empty where it says nothing

    def __init__(self, weights: Path, folder: Path) -> None:
        """Load the model from `weights`; keep what has to be kept in `folder`."""
        ...

    def index(self, texts: Sequence[Text]) -> None:
        """From texts to something that can be asked."""
        ...

    def ways(self) -> Mapping[str, Ask]:
        """How it can be asked, by a name for each way."""
        ...
