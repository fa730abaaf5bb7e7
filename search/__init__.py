"""How a question is answered, and the encoder and index format both sides agree on."""
