"""Accuracy of what is claimed of reports."""
