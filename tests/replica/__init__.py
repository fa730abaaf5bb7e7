"""A web of several sites in the shapes the registry describes, for sync to be tried against."""
