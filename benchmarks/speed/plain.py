"""The plain pipeline behind a web service: sentence-transformers, FAISS flat, a minimal FastAPI.

    EVIDENCE_HOME=HOME uvicorn --factory benchmarks.speed.plain:app

As somebody would write it in an afternoon: the default encoder's weights in fp32, every passage
of HOME's index in one flat index, the ten nearest with their texts. It stands for what there is
to gain, not for the product: no words, filters, facets, statement or best sentence.
"""

import os
from pathlib import Path

import faiss
import numpy as np
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer

from corpus.home import Home
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.index.generations import Generations


def app() -> FastAPI:
    """The service over the home that the environment names."""
    index = Generations(Home(Path(os.environ["EVIDENCE_HOME"])).index).open_current()
    count = index.manifest.counts.ranked
    texts = [each.passage.text for _, each in sorted(index.store.fetch(range(count)).items())]
    vectors = index.vectors(np.arange(count))
    nearest = faiss.IndexFlatIP(vectors.shape[1])
    nearest.add(vectors)
    model = SentenceTransformer(str(resolve_model(DEFAULT_MODEL).folder), device="cpu")
    service = FastAPI()

    @service.get("/search")
    def search(q: str, k: int = 10) -> list[dict[str, object]]:
        vector = model.encode([q], normalize_embeddings=True)
        scores, found = nearest.search(vector, k)
        return [
            {"score": float(score), "text": texts[place]}
            for score, place in zip(scores[0], found[0], strict=True)
        ]

    return service
