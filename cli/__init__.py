"""The `evidence` command: the one place that sees both the indexer and the API."""
