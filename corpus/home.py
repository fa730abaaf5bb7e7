"""Where everything a user makes is kept: one folder."""

from dataclasses import dataclass
from pathlib import Path

from corpus.errors import LibraryError


@dataclass(frozen=True, slots=True)
class Home:
    """The layout of a home folder."""

    path: Path

    @property
    def library(self) -> Path:
        """What was added: originals, catalogue, pages as read."""
        return self.path / "library"

    @property
    def index(self) -> Path:
        """What is made from it: generations, cached vectors."""
        return self.path / "index"

    @property
    def models(self) -> Path:
        """Prepared encoders."""
        return self.path / "models"

    @property
    def drawn(self) -> Path:
        """Pages drawn for the website; may be deleted at any time."""
        return self.path / "drawn"

    @property
    def keys(self) -> Path:
        """Keys of the service, hashed, and what happened to them; made by the first key."""
        return self.path / "keys.db"

    @property
    def counters(self) -> Path:
        """How much was asked lately; may be deleted at any time."""
        return self.path / "counters.db"

    @property
    def feedback(self) -> Path:
        """What visitors said of answers; made by the first judgement."""
        return self.path / "feedback.db"

    @property
    def desk(self) -> Path:
        """The librarian's desk: sessions, jobs, what was done, counts of questions."""
        return self.path / "desk"

    @property
    def jobs(self) -> Path:
        """What the desk's jobs said, and files on their way in; kept for a while."""
        return self.desk / "jobs"

    def check_begun(self) -> None:
        """Raise LibraryError where nothing of a home is in the folder."""
        held = (self.library, self.index, self.models, self.keys, self.feedback)
        if not any(each.exists() for each in held):
            raise LibraryError(
                f"There is no library in {self.path}.",
                cure="Run `evidence add PATH`, or name the home with --home or EVIDENCE_HOME.",
            )


def default_home() -> Path:
    """`.evidence` beside the project's packages."""
    return Path(__file__).resolve().parents[1] / ".evidence"
