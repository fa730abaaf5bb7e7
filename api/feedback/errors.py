"""Errors of feedback.

FeedbackError
├── FeedbackOff             its owner keeps none
├── ForeignPage             another site's page sent the form
├── FeedbackFull            there is no room for more
├── FeedbackUnusable        where it is kept cannot be opened
└── CannotExport            it cannot be written there
"""

from corpus.errors import EvidenceError


class FeedbackError(EvidenceError):
    """A judgement cannot be kept or given out."""


class FeedbackOff(FeedbackError):
    """The owner of the service keeps none."""


class ForeignPage(FeedbackError):
    """Another site's page sent the form."""


class FeedbackFull(FeedbackError):
    """There is no room for more."""


class FeedbackUnusable(FeedbackError):
    """Where judgements are kept cannot be opened."""


class CannotExport(FeedbackError):
    """Judgements cannot be written there."""
