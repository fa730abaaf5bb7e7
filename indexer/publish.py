"""A generation written beside the live one, verified, and swapped in."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.passages import PassageRules
from corpus.types import Passage, Report, ReportStatus
from indexer.errors import BuildFailed
from search.encoder.types import EncoderSpec, Vectors
from search.errors import IndexUnusable
from search.index.dense import write_dense
from search.index.generations import Generations, generation_id, open_generation
from search.index.lexical import LexicalEntry, write_lexical
from search.index.manifest import (
    FORMAT_VERSION,
    Counts,
    Manifest,
    checksum_files,
    write_manifest,
)
from search.index.store import StoreEntry, write_store
from search.index.tokens import Records, write_tokens

_REPORT: Final = TypeAdapter(Report)
_DETAILS: Final = TypeAdapter(ReportDetails)
_PASSAGES: Final = TypeAdapter(list[Passage])
_SAME: Final = 0.999  # cosine of a vector with itself, rounding allowed
_PROBES: Final = 50  # passages asked for by their own vector before a generation is trusted


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a generation: entries in ordinal order, ranked ones first.

    `vectors` has shape (ranked, dimension); `tokens` has a ranked passage's records each, and
    may be gone through once.
    """

    reports: Sequence[Report]
    details: Sequence[ReportDetails]  # one for each report
    entries: Sequence[StoreEntry]
    vectors: Vectors
    tokens: Iterable[Records]

    @property
    def standing(self) -> int:
        """How many of the reports can be found: not replaced, not withdrawn."""
        return sum(report.status is ReportStatus.CURRENT for report in self.reports)

    def digest(self, reports: Sequence[bytes] | None = None) -> str:
        """SHA-256 over reports, passages and vectors: the same for two builds of one library.

        When a report came is no part of it: two libraries of the same reports hold the same.

        Args:
            reports: what `digests` gave, where that is at hand.
        """
        digest = hashlib.sha256(b"".join(self.digests() if reports is None else reports))
        digest.update(np.ascontiguousarray(self.vectors, "<f4").data)
        return digest.hexdigest()

    def digests(self) -> list[bytes]:
        """SHA-256 of all that is kept of each report but its vectors, which follow from that."""
        told = [
            hashlib.sha256(
                _REPORT.dump_json(replace(report, added=None)) + _DETAILS.dump_json(known)
            )
            for report, known in zip(self.reports, self.details, strict=True)
        ]
        own: list[list[Passage]] = [[] for _ in self.reports]
        for place, entry in enumerate(self.entries):
            ranked = place < len(self.vectors)
            own[entry.report_row].append(entry.passage)
            told[entry.report_row].update(f"{entry.place} {self.alike(place)} {ranked} ".encode())
        for digest, passages in zip(told, own, strict=True):
            digest.update(_PASSAGES.dump_json(passages))
        return [digest.digest() for digest in told]

    def alike(self, place: int) -> str:
        """The passage that names this one and its near-duplicates."""
        return self.entries[self.entries[place].first].passage.passage_id


def publish(
    content: Content,
    generations: Generations,
    *,
    encoder: EncoderSpec,
    rules: PassageRules,
    library_digest: str,
) -> Manifest:
    """Write a generation, verify it, make it the live one, and prune old ones.

    Raises:
        BuildFailed: what was written does not check out; the live index is untouched.
    """
    now = datetime.now(UTC)
    digest = content.digest()
    name = generation_id(now, digest)
    with generations.writing(name) as folder:
        dense = write_dense(content.vectors, folder)
        write_lexical(
            (_lexical(content, e) for e in content.entries[: len(content.vectors)]), folder
        )
        if encoder.token_dimension:
            write_tokens(content.tokens, folder)
        write_store(content.reports, content.details, content.entries, folder)
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            generation=name,
            created=now.isoformat(timespec="seconds"),
            encoder=encoder,
            passage_rules=rules,
            counts=Counts(content.standing, len(content.entries), len(content.vectors)),
            dense=dense,
            library_digest=library_digest,
            content_digest=digest,
            files={},
        )
        manifest = replace(manifest, files=checksum_files(folder))
        write_manifest(manifest, folder)
        _verify(folder, content)
        generations.publish(folder, name)
    generations.prune()
    return manifest


def _lexical(content: Content, entry: StoreEntry) -> LexicalEntry:
    return LexicalEntry(
        report_row=entry.report_row,
        title=content.reports[entry.report_row].title,
        headings=" ".join(entry.passage.section),
        text=entry.passage.text,
    )


def _verify(folder: Path, content: Content) -> None:
    """Open it as a reader would, and ask for a sample of passages by vector and by id."""
    try:
        generation = open_generation(folder)
    except IndexUnusable as error:
        raise BuildFailed(f"The new index does not open: {error}", cure=_CURE) from error
    try:
        ranked = len(content.vectors)
        for ordinal in range(0, ranked, max(1, ranked // _PROBES)):
            best = generation.dense.search(content.vectors[ordinal], 1)
            found = len(best) == 1 and best.scores[0] > _SAME
            stored = generation.store.fetch([ordinal])[ordinal].passage
            if not found or stored.text != content.entries[ordinal].passage.text:
                raise BuildFailed(
                    f"The new index does not give back passage {ordinal}.", cure=_CURE
                )
    finally:
        generation.store.close()


_CURE: Final = "The live index is untouched. Check the disk's space and health, then try again."
