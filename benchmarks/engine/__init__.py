"""The index in a database held against the index in files."""
