"""Polite requests to public addresses: what is asked, how often, and of whom."""
