"""What the evidence is: centres, reports, ratings, reading files into pages and passages."""
