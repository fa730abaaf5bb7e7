"""The librarian's desk: who sits at it, what is done there, what it counts."""
