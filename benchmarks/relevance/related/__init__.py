"""Which way of comparing reports finds related ones."""
