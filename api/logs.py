"""The log: a line for each request, plain or as JSON, that identifies nobody."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

REQUESTS: Final = logging.getLogger("evidence.requests")
_FACTS: Final = "evidence"


class LogFormat(StrEnum):
    """How the log is written."""

    PLAIN = "plain"
    JSON = "json"


class JsonLines(logging.Formatter):
    """Each record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger, and what the record knows of a request, or its message."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **getattr(record, _FACTS, {"message": record.getMessage()}),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def configure(to: LogFormat) -> None:
    """Write the log to standard error; libraries speak only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines() if to is LogFormat.JSON else logging.Formatter("%(asctime)s %(message)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("httpx", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def log_request(facts: Mapping[str, Any]) -> None:
    """A line for a request; what is None is left out.

    Args:
        facts: `request_id`, `method`, `endpoint`, `status`, `ms`, and what the owner wants.
    """
    known = {name: value for name, value in facts.items() if value is not None}
    more = " ".join(
        f"{name}={json.dumps(known[name], ensure_ascii=False)}"
        for name in ("generation", "client", "question")
        if name in known
    )
    REQUESTS.info(
        "%s %s %s %d in %.1f ms%s",
        *(known[name] for name in ("request_id", "method", "endpoint", "status", "ms")),
        f" {more}" if more else "",
        extra={_FACTS: known},
    )
