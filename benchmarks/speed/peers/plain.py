"""sentence-transformers with FAISS, and bm25s: what a notebook has."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.peers.types import Ask, Text


class Plain:
    """sentence-transformers in float32 over a flat FAISS index."""

    manifest = ""

    def __init__(self, weights: Path, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(weights), device="cpu")
        self._file = folder / "flat.faiss"

    def index(self, texts: Sequence[Text]) -> None:
        """Encode, add, and write the index to the disk."""
        import faiss

        vectors = self._encoded([each.whole for each in texts])
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        faiss.write_index(self._index, str(self._file))
        self._documents = [each.document for each in texts]

    def ways(self) -> Mapping[str, Ask]:
        """By cosine."""
        return {"vector": self._ask}

    def _ask(self, question: str, k: int) -> list[str]:
        _, found = self._index.search(self._encoded([question]), k)
        return [self._documents[place] for place in found[0] if place >= 0]

    def _encoded(self, texts: list[str]) -> Any:  # noqa: ANN401 - an array
        return self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


class Bm25s:
    """BM25 alone, with the stop words and the stemmer of its guide."""

    manifest = ""

    def __init__(self, weights: Path, folder: Path) -> None:
        del weights, folder  # it has no encoder, and keeps all in memory
        import Stemmer

        self._stemmer = Stemmer.Stemmer("english")

    def index(self, texts: Sequence[Text]) -> None:
        """Tokenise and weigh."""
        import bm25s

        self._index = bm25s.BM25()
        self._index.index(self._tokens([each.whole for each in texts]), show_progress=False)
        self._documents = [each.document for each in texts]

    def ways(self) -> Mapping[str, Ask]:
        """By BM25."""
        return {"lexical": self._ask}

    def _ask(self, question: str, k: int) -> list[str]:
        found, scores = self._index.retrieve(
            self._tokens([question]), k=min(k, len(self._documents)), show_progress=False
        )
        return [self._documents[p] for p, s in zip(found[0], scores[0], strict=True) if s > 0]

    def _tokens(self, texts: list[str]) -> Any:  # noqa: ANN401 - its own
        import bm25s

        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)
