"""The index in PostgreSQL with pgvector, for libraries that outgrow one machine (docs/scale.md).

Needs the extra `postgres`. All SQL is in `schema`, `asking` and `writing`.
"""
