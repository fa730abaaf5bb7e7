"""The product, as it is used: files added, indexed and asked."""

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.speed.peers.types import Ask, Text
from corpus.home import Home
from corpus.library.library import Library
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from indexer.progress import Silent
from search.encoder.models import DEFAULT_MODEL
from search.loading import encoder_folder, load_searcher


class Product:
    """A folder of text files, `evidence add`, `evidence index`, and the whole of an answer.

    Its encoder is prepared beforehand, as it is once for a machine; reading and cutting the files,
    which the peers are spared, is within its time.
    """

    def __init__(self, weights: Path, folder: Path) -> None:
        self._home = Home(folder / "home")
        self._files = folder / "files"
        shutil.copytree(weights, encoder_folder(self._home, DEFAULT_MODEL))

    def index(self, texts: Sequence[Text]) -> None:
        """Write the documents as files with their titles beside them; add and index the folder."""
        names = self._write(texts)
        with Library(self._home.library) as library:
            added = add_all(library, [str(self._files)], metadata=None, progress=Silent())
        self._documents = {each.report_id: names[Path(each.file).name] for each in added}
        built = build_index(self._home, BuildOptions(), Silent()).manifest
        self.manifest = f"{built.counts}, {built.dense}, content {built.content_digest[:12]}"
        self._searcher = load_searcher(self._home.path)

    def ways(self) -> Mapping[str, Ask]:
        """The whole answer: both halves, tokens, best sentences, statement, facets."""
        return {"answer": self._ask}

    def _ask(self, question: str, k: int) -> list[str]:
        hits = self._searcher.ask(question, k=k).hits
        return [self._documents[hit.passage.report_id] for hit in hits]

    def _write(self, documents: Sequence[Text]) -> dict[str, str]:
        """The document of each file."""
        self._files.mkdir()
        with (self._files / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "title"])
            for place, each in enumerate(documents):
                (self._files / f"{place}.txt").write_text(each.text, encoding="utf-8")
                rows.writerow([f"{place}.txt", each.title])
        return {f"{place}.txt": each.document for place, each in enumerate(documents)}
