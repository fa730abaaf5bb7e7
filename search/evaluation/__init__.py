"""How good rankings are: datasets in BEIR layout, measures, runs, paired tests."""
