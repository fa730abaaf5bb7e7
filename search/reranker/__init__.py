"""Rerankers: cross-encoders that read question and passage together, for the top of a ranking."""

from search.reranker.load import load_reranker
from search.reranker.types import Reranker

__all__ = ["Reranker", "load_reranker"]
