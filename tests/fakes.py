"""Small stand-ins for what is slow, large or outside."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from search.encoder.types import Encoded, EncoderSpec, Tokens, Vectors

_WORD = re.compile(r"\w+")


class HashingEncoder:
    """An `Encoder` without a model: each word adds to one of 32 hashed dimensions.

    Texts that share words lie close, a text's vector depends on that text alone, and a
    text without words gives a fixed unit vector. A "token" is a word.
    """

    def __init__(self, *, name: str = "hashing", max_tokens: int = 256) -> None:
        self.spec = EncoderSpec(
            name=name,
            model_hash=hashlib.sha256(f"{name}/{max_tokens}".encode()).hexdigest(),
            runtime="fake",
            dimension=32,
            max_tokens=max_tokens,
            token_dimension=32,
        )

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_query(self, text: str) -> Encoded:
        return self.encode_with_tokens([text])[0]

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        return [Encoded(self._encode([text])[0], self._tokens(text)) for text in texts]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def _tokens(self, text: str) -> Tokens:
        words = list(_WORD.finditer(text))[: self.spec.max_tokens]
        names = [word.group().lower() for word in words] or [""]
        ids = [int.from_bytes(hashlib.blake2b(n.encode(), digest_size=2).digest()) for n in names]
        starts = [word.start() for word in words] or [0]
        return Tokens(np.array(ids, np.int32), self._encode(names), np.array(starts, np.int32))

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.spec.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower())[: self.spec.max_tokens]:
                digest = hashlib.blake2b(word.encode(), digest_size=2).digest()
                row[digest[0] % self.spec.dimension] += 1.0 if digest[1] % 2 else -1.0
            if not row.any():
                row[0] = 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
