"""A typed client of the service: `from client import EvidenceClient`.

Thin over httpx, and independent of everything else here: it imports nothing of the server.
"""

from client.asynchronous import AsyncEvidenceClient
from client.errors import Busy, ClientError, NotFound, Refused, Rejected, StaleCursor, Unreachable
from client.requests import Filters, Question
from client.retries import Retries
from client.synchronous import EvidenceClient

__all__ = [
    "AsyncEvidenceClient",
    "Busy",
    "ClientError",
    "EvidenceClient",
    "Filters",
    "NotFound",
    "Question",
    "Refused",
    "Rejected",
    "Retries",
    "StaleCursor",
    "Unreachable",
]
