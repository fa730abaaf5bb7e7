"""Training of the small reranker, from the default encoder's weights."""
