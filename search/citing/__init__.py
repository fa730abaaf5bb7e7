"""Answers taken away: references and quotations in the formats other programs read."""
