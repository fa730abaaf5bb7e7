"""How an index is made: read, encode, write beside the live one, verify, swap."""
