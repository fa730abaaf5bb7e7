"""What the library holds, as anybody may know it: counts and reasons, no places on this machine."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from corpus.errors import LibraryError
from corpus.home import Home
from corpus.library.library import Library
from corpus.library.states import State
from corpus.library.visits import Address, Run

KEPT_S: Final = 60.0  # how long a look at the library is good for
MOST_REASONS: Final = 20
_ADDRESS: Final = re.compile(r"\bhttps?://\S+")
_PATH: Final = re.compile(r"(?<![\w/])(?:~|\.{1,2})?/[^\s:,;'\"]+")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was had of one centre's addresses: when last, and how many failed or are gone."""

    fetched: str | None = None
    failing: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """A look at the library. `files` counts files by state; times are ISO 8601.

    `reasons` are why files are not in the index, `failures` why addresses gave nothing, each with
    how often, the most frequent first. `synced` is when each centre was last gathered, whatever
    came of it.
    """

    files: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[tuple[str, int], ...] = ()
    failures: tuple[tuple[str, int], ...] = ()
    centres: Mapping[str, Gathered] = field(default_factory=dict)
    synced: Mapping[str, str] = field(default_factory=dict)
    last_run: Run | None = None


class Holdings:
    """Looks at a home's library, at most once a minute. Safe to share by threads."""

    def __init__(self, home: Path) -> None:
        self._folder = Home(home).library
        self._turn = threading.Lock()
        self._seen: tuple[str, float, Holding | None] = ("", 0.0, None)

    def look(self, generation: str, indexed: Iterable[str]) -> Holding | None:
        """What the library holds; None where it cannot be looked at.

        Args:
            generation: the index generation in use.
            indexed: ids of its reports.
        """
        with self._turn:
            of, at, seen = self._seen
            if of != generation or time.monotonic() - at > KEPT_S:
                seen = self._look(frozenset(indexed))
                self._seen = (generation, time.monotonic(), seen)
            return seen

    def _look(self, indexed: frozenset[str]) -> Holding | None:
        if not (self._folder / "catalogue.sqlite").is_file():  # looking must not make one
            return None
        try:
            with Library(self._folder) as library:
                accounts = library.accounts(indexed)
                addresses = library.visits.all_addresses()
                runs = list(library.visits.runs())
        except LibraryError:
            return None
        counts = Counter(account.state for account in accounts)
        failed = (State.QUARANTINED, State.NEEDS_OCR)
        return Holding(
            files={state.value: counts[state] for state in State if counts[state]},
            reasons=_counted(
                placeless(account.reason or "").replace(Path(account.file).name, "the file")
                for account in accounts
                if account.state in failed
            ),
            failures=_counted(placeless(each.fault) for each in addresses if each.fault),
            centres=_by_centre(addresses),
            synced=_synced(runs),
            last_run=runs[0] if runs else None,
        )


def _by_centre(addresses: Iterable[Address]) -> dict[str, Gathered]:
    by_centre: dict[str, list[Address]] = {}
    for address in addresses:
        by_centre.setdefault(address.centre, []).append(address)
    return {
        centre: Gathered(
            fetched=max((each.fetched for each in own if each.fetched), default=None),
            failing=sum(each.fault is not None for each in own),
            gone=sum(each.gone is not None for each in own),
        )
        for centre, own in by_centre.items()
    }


def _synced(runs: Iterable[Run]) -> dict[str, str]:
    """When each centre was last gathered; runs come newest first, unfinished ones do not count."""
    found: dict[str, str] = {}
    for run in runs:
        for centre in run.centres if run.finished else ():
            found.setdefault(centre, run.finished or "")
    return found


def _counted(reasons: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(reasons).most_common(MOST_REASONS))


def placeless(reason: str) -> str:
    """A reason without addresses and paths, so that like ones are counted together."""
    return _PATH.sub("the file", _ADDRESS.sub("the address", reason))
