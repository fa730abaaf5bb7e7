"""Training of what late interaction does otherwise than the default encoder."""
