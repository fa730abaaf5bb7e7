"""The index on disk: manifest, dense half, lexical half, store, generations."""
