"""Chroma and LanceDB: stores that call the encoder themselves."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.speed.peers.types import Ask, Text

_AT_ONCE = 1_000  # Chroma takes a few thousand in one call at most


class Chroma:
    """Chroma on the disk, with its own function for sentence-transformers and cosine."""

    manifest = ""

    def __init__(self, weights: Path, folder: Path) -> None:
        import chromadb
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        encode = SentenceTransformerEmbeddingFunction(model_name=str(weights), device="cpu")
        client = chromadb.PersistentClient(
            path=str(folder), settings=chromadb.Settings(anonymized_telemetry=False)
        )
        self._collection = client.create_collection(
            "passages",
            embedding_function=encode,
            configuration={"hnsw": {"space": "cosine"}},
        )

    def index(self, texts: Sequence[Text]) -> None:
        """Add, and let Chroma encode."""
        for start in range(0, len(texts), _AT_ONCE):
            some = texts[start : start + _AT_ONCE]
            self._collection.add(
                ids=[str(start + place) for place in range(len(some))],
                documents=[each.whole for each in some],
                metadatas=[{"document": each.document} for each in some],
            )

    def ways(self) -> Mapping[str, Ask]:
        """By its HNSW index."""
        return {"vector": self._ask}

    def _ask(self, question: str, k: int) -> list[str]:
        found = self._collection.query(query_texts=[question], n_results=k)
        return [str(each["document"]) for each in found["metadatas"][0]]


class Lance:
    """LanceDB on the disk, its registry's function for sentence-transformers."""

    manifest = ""

    def __init__(self, weights: Path, folder: Path) -> None:
        import lancedb
        from lancedb.embeddings import get_registry
        from lancedb.pydantic import LanceModel, Vector

        encode = get_registry().get("sentence-transformers").create(name=str(weights), device="cpu")

        class Row(LanceModel):  # type: ignore[misc] # LanceDB is not in this environment
            text: str = encode.SourceField()
            vector: Vector(encode.ndims()) = encode.VectorField()  # type: ignore[valid-type]
            document: str

        self._table = lancedb.connect(str(folder)).create_table("passages", schema=Row)

    def index(self, texts: Sequence[Text]) -> None:
        """Add, let LanceDB encode, and make the full-text index that the hybrid needs."""
        self._table.add([{"text": each.whole, "document": each.document} for each in texts])
        self._table.create_fts_index("text")

    def ways(self) -> Mapping[str, Ask]:
        """Vectors compared one by one, and its hybrid: fused by reciprocal rank, its default."""
        return {kind: partial(self._ask, kind) for kind in ("vector", "hybrid")}

    def _ask(self, kind: str, question: str, k: int) -> list[str]:
        found = self._table.search(question, query_type=kind).limit(k).to_list()
        return [str(each["document"]) for each in found]
