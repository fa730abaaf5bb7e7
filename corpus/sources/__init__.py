"""How a centre's publications are listed: one small adapter for each kind of list."""
