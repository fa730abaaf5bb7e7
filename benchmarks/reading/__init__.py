"""How truly files are read."""
