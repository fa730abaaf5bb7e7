"""txtai and Haystack."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.speed.peers.types import Ask, Text


class Txtai:
    """txtai's Embeddings with content kept, as its introduction has it."""

    manifest = ""

    def __init__(self, weights: Path, folder: Path) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=str(weights), content=True, gpu=False)
        self._folder = folder

    def index(self, texts: Sequence[Text]) -> None:
        """Index and save."""
        self._embeddings.index((place, each.whole) for place, each in enumerate(texts))
        self._embeddings.save(str(self._folder / "txtai"))
        self._documents = [each.document for each in texts]

    def ways(self) -> Mapping[str, Ask]:
        """By its default index, FAISS."""
        return {"vector": self._ask}

    def _ask(self, question: str, k: int) -> list[str]:
        found = self._embeddings.search(question, limit=k)
        return [self._documents[int(each["id"])] for each in found]


class Haystack:
    """Haystack's in-memory store with its own embedders, vectors alone."""

    manifest = ""

    def __init__(self, weights: Path, folder: Path) -> None:
        del folder  # it keeps all in memory
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack.utils import ComponentDevice
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        cpu = ComponentDevice.from_str("cpu")
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._documents = SentenceTransformersDocumentEmbedder(
            model=str(weights), device=cpu, progress_bar=False
        )
        self._question = SentenceTransformersTextEmbedder(
            model=str(weights), device=cpu, progress_bar=False
        )
        self._retriever = InMemoryEmbeddingRetriever(self._store)
        self._documents.warm_up()
        self._question.warm_up()

    def index(self, texts: Sequence[Text]) -> None:
        """Embed and write."""
        from haystack import Document

        made = [
            Document(id=str(place), content=each.whole, meta={"document": each.document})
            for place, each in enumerate(texts)
        ]
        self._store.write_documents(self._documents.run(made)["documents"])

    def ways(self) -> Mapping[str, Ask]:
        """By cosine."""
        return {"vector": self._ask}

    def _ask(self, question: str, k: int) -> list[str]:
        vector = self._question.run(question)["embedding"]
        found = self._retriever.run(query_embedding=vector, top_k=k)["documents"]
        return [str(each.meta["document"]) for each in found]
