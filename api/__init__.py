"""HTTP and web pages over a Searcher."""
